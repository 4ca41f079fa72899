package watch

import (
	"encoding"

	cors "github.com/corskit/cors/core"
)

// kinds, reasons and outcomes are the codes of all of them, by their numbers.
var (
	kinds    = codes(func(i int) encoding.TextMarshaler { return cors.Kind(i) })
	reasons  = codes(func(i int) encoding.TextMarshaler { return cors.Reason(i) })
	outcomes = codes(func(i int) encoding.TextMarshaler { return cors.Outcome(i) })
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
