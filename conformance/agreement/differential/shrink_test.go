package differential

import (
	"encoding/json"
	"maps"
	"slices"
)

// smaller returns the valid scenarios that are a little smaller than s, the
// smallest first: with a part left out, or a text shortened.
func smaller(s *scenario) []*scenario {
	var whole any
	if err := json.Unmarshal([]byte(s.String()), &whole); err != nil {
		panic(err)
	}
	texts := map[string]bool{s.String(): true}
	var all []*scenario
	for _, part := range parts(whole) {
		text, err := json.Marshal(part)
		if err != nil {
			panic(err)
		}
		var candidate scenario
		if json.Unmarshal(text, &candidate) != nil || candidate.check() != nil || texts[candidate.String()] {
			continue
		}
		texts[candidate.String()] = true
		all = append(all, &candidate)
	}
	slices.SortStableFunc(all, func(a, b *scenario) int { return len(a.String()) - len(b.String()) })
	return all
}

// parts returns the variants of a JSON value with one part removed. A missing
// part means its zero value in a scenario's JSON.
func parts(value any) []any {
	var all []any
	switch value := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			less := maps.Clone(value)
			delete(less, key)
			all = append(all, less)
			for _, part := range parts(value[key]) {
				less := maps.Clone(value)
				less[key] = part
				all = append(all, less)
			}
		}
	case []any:
		for i := range value {
			all = append(all, slices.Delete(slices.Clone(value), i, i+1))
			for _, part := range parts(value[i]) {
				less := slices.Clone(value)
				less[i] = part
				all = append(all, less)
			}
		}
	case string:
		characters := []rune(value)
		for size := len(characters) / 2; size > 0; size /= 2 {
			for at := 0; at+size <= len(characters); at += size {
				all = append(all, string(slices.Delete(slices.Clone(characters), at, at+size)))
			}
		}
	}
	return all
}

// shrunk returns the smallest scenario that can be reached from s through
// scenarios that fail. failing returns the first of several that fails, or nil.
func shrunk(s *scenario, failing func([]*scenario) (*scenario, error)) (*scenario, error) {
next:
	for {
		for batch := range slices.Chunk(smaller(s), batchSize) {
			failed, err := failing(batch)
			if err != nil {
				return nil, err
			}
			if failed != nil {
				s = failed
				continue next
			}
		}
		return s, nil
	}
}
