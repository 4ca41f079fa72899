package blog

import (
	"errors"
	"fmt"
	"net/http"
)

// An Error is an error response of the API.
type Error struct {
	Status  int    `json:"-"`
	Message string `json:"error"`
}

func (e *Error) Error() string { return e.Message }

// NewError returns the Error for a status, with the status text as its message.
func NewError(status int) *Error { return errorf(status, "%s", http.StatusText(status)) }

// ErrorOf returns err if it is an Error, and otherwise an Error that does not
// disclose the cause.
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
