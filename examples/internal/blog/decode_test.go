package blog

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestDecode(t *testing.T) {
	for _, tt := range []struct {
		name        string
		contentType string
		body        io.Reader
		status      int // 0 for a body that is read
	}{
		{"JSON is read", "application/json", strings.NewReader(`{"title":"A"}`), 0},
		{"the type may have parameters and any case", "Application/JSON; charset=utf-8", strings.NewReader(`{"title":"A"}`), 0},
		{"a body may have as many bytes as are allowed", "application/json", strings.NewReader(`{"title":"A"}` + strings.Repeat(" ", maxBytes-13)), 0},
		{"a body may not have more", "application/json", strings.NewReader(`{"title":"A"}` + strings.Repeat(" ", maxBytes-12)), 413},
		{"what a browser sends without a preflight is refused", "text/plain", strings.NewReader(`{"title":"A"}`), 415},
		{"a form is refused", "application/x-www-form-urlencoded", strings.NewReader(`{"title":"A"}`), 415},
		{"no type is refused", "", strings.NewReader(`{"title":"A"}`), 415},
		{"an empty body is refused", "application/json", strings.NewReader(""), 400},
		{"half a body is refused", "application/json", strings.NewReader(`{"title":"A`), 400},
		{"more than one value is refused", "application/json", strings.NewReader(`{"title":"A"}{}`), 400},
		{"a value of another type is refused", "application/json", strings.NewReader(`{"title":1}`), 400},
		{"a body that breaks off is refused", "application/json", iotest.ErrReader(errors.New("gone")), 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, err := Decode[Draft](tt.contentType, tt.body)
			var e *Error
			switch {
			case tt.status == 0 && (err != nil || d.Title != "A"):
				t.Errorf("Decode = %+v, %v", d, err)
			case tt.status != 0 && (!errors.As(err, &e) || e.Status != tt.status):
				t.Errorf("error is %v, want one of status %d", err, tt.status)
			}
		})
	}
}

func TestErrorOfKeepsToItselfWhatWentWrong(t *testing.T) {
	if got := ErrorOf(fmt.Errorf("in a handler: %w", noPost("7"))); got.Status != 404 || !strings.Contains(got.Message, `"7"`) {
		t.Errorf("ErrorOf an Error that is wrapped is %d, %s", got.Status, got.Message)
	}
	if got := ErrorOf(errors.New("secret")); got.Status != 500 || got.Message != "Internal Server Error" {
		t.Errorf("ErrorOf another error is %d, %s", got.Status, got.Message)
	}
}
