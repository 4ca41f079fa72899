package process

import (
	"strconv"
	"sync"
	"testing"
)

// Otherwise a program that starts at the same time can take a server's port before the
// server listens, and tests mistake the one for the other.
func TestFreePortsAreGivenAwayOnce(t *testing.T) {
	var mu sync.Mutex
	seen := make(map[string]bool)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 500 {
				port, err := FreePort()
				if err != nil {
					t.Error(err)
					return
				}
				if number, err := strconv.Atoi(port); err != nil || number < 1024 || number >= 32768 {
					t.Errorf("port %s may be one that systems choose by themselves", port)
				}
				mu.Lock()
				if seen[port] {
					t.Errorf("port %s is given away twice", port)
				}
				seen[port] = true
				mu.Unlock()
			}
		})
	}
	all.Wait()
}
