package cors

import (
	"fmt"
	"slices"
)

var (
	kindCodes   = []string{"not-cors", "actual", "preflight"}
	reasonCodes = []string{
		"any-origin", "origin", "pattern", "regexp", "func",
		"no-policy", "no-origin", "not-allowed", "malformed", "func-denied", "func-error",
	}
	outcomeCodes = []string{"unaffected", "allowed", "origin-denied", "method-not-allowed", "headers-not-allowed"}
)

// MarshalText returns the kind as a stable code: not-cors, actual or preflight.
func (k Kind) MarshalText() ([]byte, error) { return marshalCode(kindCodes, k) }

// UnmarshalText reads what MarshalText returns.
func (k *Kind) UnmarshalText(text []byte) error { return unmarshalCode(kindCodes, text, k) }

// MarshalText returns the reason as a stable code, which is the name of the
// constant in lower case without the word Reason, such as func-denied.
func (r Reason) MarshalText() ([]byte, error) { return marshalCode(reasonCodes, r) }

// UnmarshalText reads what MarshalText returns.
func (r *Reason) UnmarshalText(text []byte) error { return unmarshalCode(reasonCodes, text, r) }

// MarshalText returns the outcome as a stable code, such as origin-denied.
func (o Outcome) MarshalText() ([]byte, error) { return marshalCode(outcomeCodes, o) }

// UnmarshalText reads what MarshalText returns.
func (o *Outcome) UnmarshalText(text []byte) error { return unmarshalCode(outcomeCodes, text, o) }

// textOf returns the text of a value, or the number of one that isn't defined.
func textOf[T Kind | Reason | Outcome](texts []string, v T) string {
	if int(v) < len(texts) {
		return texts[v]
	}
	return fmt.Sprintf("%T(%d)", v, uint8(v))
}

func marshalCode[T Kind | Reason | Outcome](codes []string, v T) ([]byte, error) {
	if int(v) >= len(codes) {
		return nil, fmt.Errorf("cors: no code for the number %d", uint8(v))
	}
	return []byte(codes[v]), nil
}

func unmarshalCode[T Kind | Reason | Outcome](codes []string, text []byte, v *T) error {
	i := slices.Index(codes, string(text))
	if i < 0 {
		return fmt.Errorf("cors: %+q is not a code: write one of %q", text[:min(len(text), 100)], codes)
	}
	*v = T(i)
	return nil
}
