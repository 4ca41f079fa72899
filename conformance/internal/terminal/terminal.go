// Package terminal tells terminals from files and pipes.
package terminal

import (
	"io"
	"os"
)

// ClearLine clears the line of the cursor.
const ClearLine = "\r\x1b[K"

// Is reports whether w is a terminal that understands escape sequences.
func Is(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
