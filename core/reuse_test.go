package cors_test

import "unsafe"

// unsafeString returns a string whose memory b changes, as fasthttp hands out.
func unsafeString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
