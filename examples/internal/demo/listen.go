package demo

import (
	"errors"
	"fmt"
	"net"
	"strconv"
)

// A place is one port of localhost, on two addresses if there is IPv6. If a
// program listened on only one, another program could listen on the other and
// share its origin.
type place struct {
	port      int
	listeners []net.Listener
}

// listen listens on a port, or on any that is free on both addresses if port is 0.
func listen(port int) (place, error) {
	const attempts = 20 // each finds a port that is free on one address, and tries the other
	for attempt := 1; ; attempt++ {
		p, err := listenOnBoth(port)
		if err == nil || port != 0 || attempt == attempts {
			return p, reason(err)
		}
	}
}

func listenOnBoth(port int) (place, error) {
	v4, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return place{}, err
	}
	p := place{v4.Addr().(*net.TCPAddr).Port, []net.Listener{v4}}
	if !hasIPv6() {
		return p, nil
	}
	v6, err := net.Listen("tcp6", net.JoinHostPort("::1", strconv.Itoa(p.port)))
	if err != nil {
		p.close()
		return place{}, err
	}
	p.listeners = append(p.listeners, v6)
	return p, nil
}

func hasIPv6() bool {
	l, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		return false
	}
	_ = l.Close()
	return true
}

// reason returns an error without the address, which the message has already.
func reason(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

// origin returns the serialized origin of the place, without the default port.
func (p place) origin() string {
	if p.port == 80 {
		return "http://localhost"
	}
	return fmt.Sprintf("http://localhost:%d", p.port)
}

func (p place) close() {
	for _, l := range p.listeners {
		_ = l.Close()
	}
}
