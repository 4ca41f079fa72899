package watch

import (
	"sync"
	"time"
)

// maxDistinct is how many different things are let through in an interval.
const maxDistinct = 50

// A limiter lets the first of all that is alike through, and counts the rest
// until the interval ends, which begins with the first. It keeps up to
// maxDistinct keys and values and runs one timer at most. It is safe for
// concurrent use.
type limiter[K comparable, V any] struct {
	interval time.Duration
	// When an interval ends, more is told how often something came again that
	// was let through, and others how often something came beyond maxDistinct.
	more   func(V, int)
	others func(int)

	mu    sync.Mutex
	index map[K]int // of seen
	seen  []tally[V]
	rest  int
}

type tally[V any] struct {
	value V
	more  int
}

// first reports whether key is let through. If so, keep has returned the key and
// a value for it, in memory of their own.
func (l *limiter[K, V]) first(key K, keep func(K) (K, V)) (value V, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i, known := l.index[key]; known {
		l.seen[i].more++
		return value, false
	}
	if len(l.seen) == maxDistinct {
		l.rest++
		return value, false
	}
	if len(l.seen) == 0 {
		l.index = make(map[K]int)
		time.AfterFunc(l.interval, l.end)
	}
	key, value = keep(key)
	l.index[key] = len(l.seen)
	l.seen = append(l.seen, tally[V]{value: value})
	return value, true
}

func (l *limiter[K, V]) end() {
	l.mu.Lock()
	seen, rest := l.seen, l.rest
	l.index, l.seen, l.rest = nil, nil, 0
	l.mu.Unlock()
	for _, t := range seen {
		if t.more > 0 {
			l.more(t.value, t.more)
		}
	}
	if rest > 0 {
		l.others(rest)
	}
}
