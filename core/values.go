package cors

import "sync"

// blockLength is how many values are allocated at once. A response header that is
// kept keeps the whole block, which is a kilobyte, and the origins that its other
// values refer to: at most 64 of at most 326 bytes each, so 22 KB in all.
const blockLength = 64

// blocks hold what is left of blocks of values. Slices handed out are never reused:
// each belongs to a response. That takes as long as allocating the values of each
// response, and leaves the garbage collector one object for many responses.
var blocks = sync.Pool{New: func() any { return new([]string) }}

// ownValues returns room for n values that nothing else refers to, and that
// appending to does not leave.
func ownValues(n int) []string {
	block := blocks.Get().(*[]string)
	if len(*block) < n {
		*block = make([]string, blockLength)
	}
	values := (*block)[:n:n]
	*block = (*block)[n:]
	blocks.Put(block)
	return values
}
