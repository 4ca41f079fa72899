package main

import (
	"fmt"
	"io"
	"os"

	"github.com/corskit/cors/conformance/cmd/corscheck/internal/probe"
	"github.com/corskit/cors/conformance/internal/terminal"
)

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
	if os.Getenv("NO_COLOR") == "" && terminal.Is(w) {
		return coloured
	}
	return plain
}

// A progress shows the current request on a terminal, in one line.
type progress struct{ w io.Writer }

func newProgress(w io.Writer) progress {
	if !terminal.Is(w) {
		w = io.Discard
	}
	return progress{w}
}

func (p progress) show(number, planned int, r probe.Request) {
	line := fmt.Sprintf("%d/%d %s", number, planned, r)
	fmt.Fprint(p.w, terminal.ClearLine+line[:min(len(line), columns-1)])
}

func (p progress) clear() { fmt.Fprint(p.w, terminal.ClearLine) }
