package blog

import (
	"errors"
	"fmt"
	"net/http"
)

// An Error is an answer of the API that says what it did not do, and why.
type Error struct {
	Status  int    `json:"-"`
	Message string `json:"error"`
}

func (e *Error) Error() string { return e.Message }

// NewError returns the Error for a status that needs no more words.
func NewError(status int) *Error { return errorf(status, "%s", http.StatusText(status)) }

// ErrorOf returns the Error that err is, or one that keeps to itself what went
// wrong.
func ErrorOf(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return NewError(http.StatusInternalServerError)
}

func errorf(status int, format string, args ...any) *Error {
	return &Error{status, fmt.Sprintf(format, args...)}
}
