package cors_test

import (
	"testing"

	cors "github.com/corskit/cors/core"
)

func TestKindsAndReasonsHaveCodes(t *testing.T) {
	seen := make(map[string]bool)
	for r := range cors.ReasonFuncError + 1 {
		text, err := r.MarshalText()
		var back cors.Reason
		if err != nil || back.UnmarshalText(text) != nil || back != r || seen[string(text)] {
			t.Errorf("%v: %s, %v", r, text, err)
		}
		seen[string(text)] = true
	}
	for k := range cors.Preflight + 1 {
		text, err := k.MarshalText()
		var back cors.Kind
		if err != nil || back.UnmarshalText(text) != nil || back != k {
			t.Errorf("%v: %s, %v", k, text, err)
		}
	}
	if _, err := cors.Kind(3).MarshalText(); err == nil {
		t.Error("there is a code for no kind")
	}
	var k cors.Kind
	if err := k.UnmarshalText([]byte("pre\x1bflight")); err == nil || err.Error() != `cors: "pre\x1bflight" is not a code: write one of ["not-cors" "actual" "preflight"]` {
		t.Errorf("%v", err)
	}
}

func TestAValueThatIsNotDefinedHasANumber(t *testing.T) {
	for got, want := range map[string]string{
		cors.Kind(9).String(): "cors.Kind(9)", cors.Reason(200).String(): "cors.Reason(200)", cors.Outcome(5).String(): "cors.Outcome(5)",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestReasonsThatAllow(t *testing.T) {
	for reason, want := range map[cors.Reason]bool{
		cors.ReasonAnyOrigin: true, cors.ReasonOrigin: true, cors.ReasonPattern: true, cors.ReasonRegexp: true, cors.ReasonFunc: true,
		cors.ReasonNoPolicy: false, cors.ReasonNoOrigin: false, cors.ReasonNotAllowed: false, cors.ReasonMalformed: false,
		cors.ReasonFuncDenied: false, cors.ReasonFuncError: false,
	} {
		if reason.Allows() != want {
			t.Errorf("%v allows: %t", reason, !want)
		}
	}
}
