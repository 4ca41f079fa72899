package origin

import (
	"hash/maphash"
	"math/bits"
)

// A table is a hash table of texts, each with a value of some bytes. All texts
// lie in one piece of memory, and so do the slots that say where: a look-up
// reads one place of each, and mostly the slots only where a text is not found.
// A Go map of strings reads about four, and where there are a million, none of
// them is in the processor's caches.
//
// A text is in two parts that are compared one by one, since an origin has
// something else in place of a pattern's wildcard. The second may be empty.
type table struct {
	seed  maphash.Seed // drawn at random: nobody can choose texts that collide
	slots []uint64
	bytes []byte // the texts, each with its value after it
}

// A slot is 0 if it is free. Otherwise it holds, from high to low, some bits of
// the hash, the lengths of the two parts, and where among the bytes they begin.
const (
	lengthBits = 9
	startBits  = 38
	startMask  = 1<<startBits - 1

	// In so many slots, which hold up to four texts, these are compared one by
	// one, without hashing.
	oneByOne = 8

	_ uint = 1<<lengthBits - 1 - maxOrigin // the longest text has a length that fits
)

// newTable returns a table for up to n texts, with room for a number of bytes,
// values included; more room is made if they need it.
func newTable(n, room int) table {
	if n == 0 {
		return table{}
	}
	// With a third of the slots free, a look-up mostly tries one or two.
	return table{maphash.MakeSeed(), make([]uint64, n+n/2+1), make([]byte, 0, room)}
}

// slot returns the slot that holds a text, or else the free one for it, and all
// that the slot then holds but the start.
func (t *table) slot(before, after string) (i int, key uint64) {
	var hash uint64
	if len(t.slots) > oneByOne {
		hash = maphash.String(t.seed, before)
		if after != "" {
			hash ^= bits.RotateLeft64(maphash.String(t.seed, after), 32)
		}
	}
	key = ((hash<<lengthBits|uint64(len(before)))<<lengthBits | uint64(len(after))) << startBits
	first, _ := bits.Mul64(hash, uint64(len(t.slots)))
	for i = int(first); t.slots[i] != 0; {
		if t.slots[i]&^startMask == key {
			text := t.bytes[t.slots[i]&startMask:][:len(before)+len(after)]
			if string(text[:len(before)]) == before && string(text[len(before):]) == after {
				break
			}
		}
		if i++; i == len(t.slots) {
			i = 0
		}
	}
	return i, key
}

// find returns the value of a text. What lies behind the value among the bytes
// comes with it.
func (t *table) find(before, after string) (value []byte, ok bool) {
	if len(t.slots) == 0 {
		return nil, false
	}
	i, _ := t.slot(before, after)
	if t.slots[i] == 0 {
		return nil, false
	}
	return t.bytes[t.slots[i]&startMask:][len(before)+len(after):], true
}

// add puts a text into the table unless it is there, with a value of so many
// zeros. It returns the value, which may be changed until the next is added.
func (t *table) add(before, after string, size int) (value []byte) {
	i, key := t.slot(before, after)
	if t.slots[i] == 0 {
		t.slots[i] = key | uint64(len(t.bytes))
		t.bytes = append(append(t.bytes, before...), after...)
		t.bytes = append(t.bytes, make([]byte, size)...)
	}
	return t.bytes[t.slots[i]&startMask:][len(before)+len(after):][:size]
}
