package config

import (
	"bytes"
	"fmt"
	"slices"
	"unicode/utf8"
)

// A text is a document that knows where its lines begin.
type text struct {
	data  []byte
	lines []int // offsets of the first byte of each line
}

// newText checks what holds of every document: a length up to limit, and UTF-8.
// A byte order mark is left out.
func newText(data []byte, limit int) (*text, *Error) {
	if len(data) > limit {
		return nil, &Error{Message: fmt.Sprintf("the text has %d bytes, and no more than %d are read: shorten it", len(data), limit)}
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	t := &text{data: data, lines: []int{0}}
	for i, c := range data {
		if c == '\n' {
			t.lines = append(t.lines, i+1)
		}
	}
	if !utf8.Valid(data) {
		at := 0
		for r, size := utf8.DecodeRune(data); r != utf8.RuneError || size != 1; r, size = utf8.DecodeRune(data[at:]) {
			at += size
		}
		return nil, t.problem(at, "", "", "the byte %#x is not UTF-8: save the text as UTF-8", data[at])
	}
	return t, nil
}

func (t *text) position(offset int) Position {
	offset = min(max(offset, 0), len(t.data))
	line, found := slices.BinarySearch(t.lines, offset)
	if !found {
		line--
	}
	return Position{Line: line + 1, Column: offset - t.lines[line] + 1}
}

// problem returns an error about what stands at an offset.
func (t *text) problem(offset int, name, value, format string, args ...any) *Error {
	return &Error{Position: t.position(offset), Name: name, Value: value, Message: fmt.Sprintf(format, args...)}
}
