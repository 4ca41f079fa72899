package cors

import "sync"

// blockLength is how many values are allocated at once. A response that is
// kept keeps the block, which is one kilobyte.
const blockLength = 64

// blocks hold what is left of blocks of values. What is cut off a block never
// comes back: it belongs to a response. That takes as long as allocating the
// values of each response, and leaves the garbage collector one object for
// many responses (benchmark Values, way slab).
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
