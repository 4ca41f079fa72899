package browsers

import (
	"fmt"
	"io"
	"net"
	"strconv"
)

// SOCKS version 5 (RFC 1928), as far as browsers need it: the command CONNECT,
// without authentication.
const (
	socksVersion         = 5
	socksNoAuth          = 0
	socksConnect         = 1
	socksIPv4            = 1
	socksName            = 3
	socksIPv6            = 4
	socksSucceeded       = 0
	socksHostUnreachable = 4
)

// acceptSOCKS reads the host and port that a client wants to connect to, and
// confirms the connection. An unknown host and port are an error, and the
// client is told that they cannot be reached.
func acceptSOCKS(conn io.ReadWriter, knows func(host, port string) bool) (host, port string, err error) {
	greeting, err := readBytes(conn, 2)
	if err != nil {
		return "", "", err
	}
	if greeting[0] != socksVersion {
		return "", "", fmt.Errorf("SOCKS version %d, want 5", greeting[0])
	}
	if _, err := readBytes(conn, int(greeting[1])); err != nil { // authentication methods
		return "", "", err
	}
	if _, err := conn.Write([]byte{socksVersion, socksNoAuth}); err != nil {
		return "", "", err
	}
	request, err := readBytes(conn, 4)
	if err != nil {
		return "", "", err
	}
	if request[1] != socksConnect {
		return "", "", fmt.Errorf("SOCKS command %d, want 1 (CONNECT)", request[1])
	}
	if host, err = readHost(conn, request[3]); err != nil {
		return "", "", err
	}
	number, err := readBytes(conn, 2)
	if err != nil {
		return "", "", err
	}
	port = strconv.Itoa(int(number[0])<<8 | int(number[1]))
	reply := []byte{socksVersion, socksSucceeded, 0, socksIPv4, 0, 0, 0, 0, 0, 0}
	known := knows(host, port)
	if !known {
		reply[1] = socksHostUnreachable
	}
	if _, err := conn.Write(reply); err != nil {
		return "", "", err
	}
	if !known {
		return "", "", fmt.Errorf("no origin has the host and port %s", net.JoinHostPort(host, port))
	}
	return host, port, nil
}

// readHost reads an address of a type.
func readHost(r io.Reader, addressType byte) (string, error) {
	length := 0
	switch addressType {
	case socksIPv4:
		length = net.IPv4len
	case socksIPv6:
		length = net.IPv6len
	case socksName:
		b, err := readBytes(r, 1)
		if err != nil {
			return "", err
		}
		length = int(b[0])
	default:
		return "", fmt.Errorf("SOCKS address type %d, want 1, 3 or 4", addressType)
	}
	b, err := readBytes(r, length)
	if err != nil || addressType == socksName {
		return string(b), err
	}
	return net.IP(b).String(), nil
}

func readBytes(r io.Reader, n int) ([]byte, error) {
	b := make([]byte, n)
	_, err := io.ReadFull(r, b)
	return b, err
}
