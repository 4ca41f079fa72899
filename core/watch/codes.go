package watch

import (
	"encoding"

	cors "github.com/corskit/cors/core"
)

// kinds and reasons are the codes of all kinds and reasons, by their numbers.
var (
	kinds   = codes(func(i int) encoding.TextMarshaler { return cors.Kind(i) })
	reasons = codes(func(i int) encoding.TextMarshaler { return cors.Reason(i) })
)

func codes(numbered func(int) encoding.TextMarshaler) (all []string) {
	for {
		code, err := numbered(len(all)).MarshalText()
		if err != nil {
			return all // there is no such number
		}
		all = append(all, string(code))
	}
}
