package main

import (
	"fmt"
	"io"
	"os"

	"github.com/corskit/cors/conformance/cmd/corscheck/internal/probe"
)

// isTerminal reports whether w is a terminal that understands escape sequences.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// A paint colours text.
type paint func(colour, text string) string

// The colours, as ANSI has them.
const (
	red    = "1;31"
	yellow = "1;33"
	green  = "32"
	bold   = "1"
	faint  = "2"
)

func plain(_, text string) string { return text }

func coloured(colour, text string) string {
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

// paintFor returns how to colour output to w (https://no-color.org).
func paintFor(w io.Writer) paint {
	if os.Getenv("NO_COLOR") == "" && isTerminal(w) {
		return coloured
	}
	return plain
}

// A progress shows the current request on a terminal, in one line.
type progress struct{ w io.Writer }

func newProgress(w io.Writer) progress {
	if !isTerminal(w) {
		w = nil
	}
	return progress{w}
}

const clearLine = "\r\x1b[K"

func (p progress) show(number, planned int, r probe.Request) {
	if p.w != nil {
		line := fmt.Sprintf("%d/%d %s", number, planned, r)
		fmt.Fprint(p.w, clearLine+line[:min(len(line), columns-1)])
	}
}

func (p progress) clear() {
	if p.w != nil {
		fmt.Fprint(p.w, clearLine)
	}
}
