package probe

import "slices"

// An Omitted counts what a report leaves out, so that it stays short.
type Omitted struct {
	Findings  int `json:"findings,omitempty"`
	Checks    int `json:"checks,omitempty"`
	Access    int `json:"access,omitempty"`
	Unchecked int `json:"unchecked,omitempty"`
	Also      int `json:"also,omitempty"`
}

// Shorten returns a copy of a report with texts and lists cut, and counts the
// entries that are left out; it returns nil if there are none. The worst
// findings and the failed checks stay.
func (r *Report) Shorten() (*Report, *Omitted) {
	short, o := *r, &Omitted{}
	short.Findings = first(r.Findings, maxFindings, &o.Findings)
	for i := range short.Findings {
		f := &short.Findings[i]
		cutAll(&f.Title, &f.Why, &f.Fix, &f.Sent.Origin, &f.Sent.RequestMethod, &f.Sent.RequestHeaders)
		f.Also = first(f.Also, maxAlso, &o.Also)
		for i := range f.Also {
			cutAll(&f.Also[i])
		}
	}
	short.Checks = worst(r.Checks, maxRows)
	o.Checks = len(r.Checks) - len(short.Checks)
	for i := range short.Checks {
		cutAll(&short.Checks[i].Title, &short.Checks[i].Origin)
	}
	short.Access = first(r.Access, maxRows, &o.Access)
	for i := range short.Access {
		cutAll(&short.Access[i].Origin, &short.Access[i].Relation)
	}
	short.Unchecked = first(r.Unchecked, maxRows, &o.Unchecked)
	for i := range short.Unchecked {
		cutAll(&short.Unchecked[i])
	}
	if *o == (Omitted{}) {
		o = nil
	}
	return &short, o
}

func cutAll(texts ...*string) {
	for _, text := range texts {
		*text = cut(*text, maxValue)
	}
}

// first returns a copy of the first entries of a list, and counts the others.
func first[T any](list []T, most int, omitted *int) []T {
	if more := len(list) - most; more > 0 {
		*omitted += more
		list = list[:most]
	}
	return slices.Clone(list)
}

// worst returns a copy of at most that many checks, in order. Passed checks are
// left out first.
func worst(checks []Check, most int) []Check {
	kept := slices.Clone(checks)
	for i := len(kept) - 1; i >= 0 && len(kept) > most; i-- {
		if kept[i].Result == Holds {
			kept = slices.Delete(kept, i, i+1)
		}
	}
	return kept[:min(len(kept), most)]
}
