package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/internal/editdistance"
)

// A Position is a place in a text. The zero Position is no place: the
// environment has none.
type Position struct {
	Line   int // from 1
	Column int // from 1, in bytes
}

// An Error says what is wrong, where, and what to write instead.
type Error struct {
	Position
	// Name is the path of a field ("[1].allowOrigins[2]"), or the name of a
	// variable or a setting. It is empty where the text as a whole is at fault.
	Name    string
	Value   string // that is at fault, if it can be told
	Message string // a sentence without the name and the value
	// Err is the *cors.ConfigError, where the value means something that
	// package cors refuses.
	Err error
}

// Error returns position, name, value and message.
func (e *Error) Error() string {
	message := e.Message
	if e.Value != "" {
		message = fmt.Sprintf("%q: %s", e.Value, message)
	}
	if e.Name != "" {
		message = e.Name + " " + message
	}
	if e.Position != (Position{}) {
		message = fmt.Sprintf("%d:%d: %s", e.Line, e.Column, message)
	}
	return message
}

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }

// Errors are all the problems of a text or an environment. It is what the
// functions of this package return; errors.As finds the first [Error] in it.
type Errors []*Error

// Error returns every problem, a line each.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns every problem.
func (es Errors) Unwrap() []error {
	errs := make([]error, len(es))
	for i, e := range es {
		errs[i] = e
	}
	return errs
}

// A Note says where a policy differs from what django-cors-headers does with the
// same settings, or that a setting was ignored.
type Note struct {
	Name    string // of the variable or the setting, with the index of the entry
	Value   string // that the Note is about, if it is one value
	Message string // what was done, and what to write instead
}

// String returns name, value and message.
func (n Note) String() string {
	return (&Error{Name: n.Name, Value: n.Value, Message: n.Message}).Error()
}

// A locator tells the name under which a field of a Config was written, or the
// entry of it with an index, and where. The index is -1 for the whole field.
type locator func(config int, field string, entry int) (name string, at Position)

// check has package cors check the Configs, and returns the problems in the style of
// the source. It leaves to cors.New that no origin is allowed, since a function may still
// be set. isWrong reports whether a field was left out since it has an error already:
// check passes over what follows from that.
func check(cfgs []cors.Config, locate locator, style cors.Style, isWrong func(config int, field string) bool) (errs Errors) {
	_, err := cors.New(cfgs...)
	var problems cors.ConfigErrors
	if len(cfgs) == 0 || !errors.As(err, &problems) {
		return nil
	}
	for _, p := range problems {
		follows := false
		switch {
		case p.Code == cors.CodeOriginMissing:
			continue
		case p.Code == cors.CodeSamePaths:
			follows = isWrong(p.Index, "Paths") || isWrong(p.Index, "PathRegexps")
		case strings.HasPrefix(string(p.Code), "risk-"):
			follows = isWrong(p.Index, "AcceptRisks") || p.Code == cors.CodeUnusedRisk && slices.ContainsFunc(fields, func(f reflect.StructField) bool { return isWrong(p.Index, f.Name) })
		}
		if follows {
			continue
		}
		name, at := locate(p.Index, p.Field, p.Entry)
		errs = append(errs, &Error{
			Position: at, Name: name, Value: p.Value,
			Message: p.AdviceIn(style),
			Err:     p,
		})
	}
	return errs
}

// fields are those of cors.Config that are data.
var fields = slices.DeleteFunc(reflect.VisibleFields(reflect.TypeFor[cors.Config]()), func(f reflect.StructField) bool {
	return f.Type.Kind() == reflect.Func
})

// nilMeansDefaults reports whether a list that is nil is another than an empty one.
func nilMeansDefaults(field string) bool { return field == "AllowMethods" || field == "AllowHeaders" }

// nearest returns the known name that a person who wrote name can have meant,
// or the empty string. It ignores case.
func nearest(name string, known []string) string {
	best, within := "", min(len(name)/4, 3)+1
	for _, k := range known {
		if d := editdistance.Between(strings.ToLower(name), strings.ToLower(k)); d < within {
			best, within = k, d
		}
	}
	return best
}
