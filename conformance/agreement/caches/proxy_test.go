package caches

import (
	"bufio"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A field is a header line on the wire: its value includes the space around it,
// but not the line break.
type field struct{ name, value string }

// A rewriting is a way in which a proxy may write the header of a message.
type rewriting struct {
	name    string
	rewrite func([]field) []field
}

var rewritings = []rewriting{
	{"a line for each member", eachList(func(members []string) (lines []string) {
		for _, m := range members {
			lines = append(lines, " "+m)
		}
		return lines
	})},
	{"all members in one line, without space", eachList(func(members []string) []string {
		return []string{strings.Join(members, ",")}
	})},
	{"spaces and tabs around commas", eachList(func(members []string) []string {
		return []string{" " + strings.Join(members, " \t, \t")}
	})},
	{"empty members and empty lines", eachList(func(members []string) []string {
		return []string{"", " ,, " + strings.Join(members, ", ,") + ", ,", ","}
	})},
	{"members in reverse order", eachList(func(members []string) []string {
		slices.Reverse(members)
		return []string{" " + strings.Join(members, ", ")}
	})},
	{"spaces around values", eachLine(func(f field) field {
		return field{f.name, "  " + strings.TrimSpace(f.value) + "  "}
	})},
	{"tabs around values", eachLine(func(f field) field {
		if isOneOf(f.name, fieldNames) {
			f.value = "\t" + strings.TrimSpace(f.value) + "\t"
		}
		return f
	})},
	{"names in upper case", eachLine(func(f field) field { return field{strings.ToUpper(f.name), f.value} })},
	{"names in lower case", eachLine(func(f field) field { return field{strings.ToLower(f.name), f.value} })},
	{"names within lists in upper case", eachLine(func(f field) field {
		if isOneOf(f.name, nameLists) {
			f.value = strings.ToUpper(f.value)
		}
		return f
	})},
}

var (
	// Lists of header names, whose members are case-insensitive.
	nameLists = []string{"Access-Control-Request-Headers", "Access-Control-Allow-Headers", "Access-Control-Expose-Headers", "Vary"}
	// Lists: how many lines they take, and the space in them, means nothing
	// (HTTP Semantics, "Lists (#rule ABNF Extension)").
	lists = append(slices.Clone(nameLists), "Access-Control-Allow-Methods")
	// All of CORS. (Tabs in other places make some servers refuse a request.)
	fieldNames = append(slices.Clone(lists), "Origin", "Access-Control-Request-Method", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials")
)

func isOneOf(name string, names []string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// eachLine rewrites the lines one by one.
func eachLine(rewrite func(field) field) func([]field) []field {
	return func(fields []field) []field {
		for i := range fields {
			fields[i] = rewrite(fields[i])
		}
		return fields
	}
}

// eachList rewrites each list, whose lines come last.
func eachList(rewrite func(members []string) (lines []string)) func([]field) []field {
	return func(fields []field) []field {
		var rewritten []field
		for _, name := range lists {
			var members []string
			fields = slices.DeleteFunc(fields, func(f field) bool {
				if !strings.EqualFold(f.name, name) {
					return false
				}
				for member := range strings.SplitSeq(f.value, ",") {
					members = append(members, strings.TrimSpace(member))
				}
				return true
			})
			if len(members) > 0 {
				for _, line := range rewrite(members) {
					rewritten = append(rewritten, field{name, line})
				}
			}
		}
		return append(fields, rewritten...)
	}
}

// serveProxy starts a proxy in front of a server. It rewrites the header of
// each message and copies the rest unchanged, until the test ends. Connections
// have one exchange each: the client asks for that, and the server closes.
func serveProxy(t *testing.T, server string, rewrite func([]field) []field) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return // it is closed
			}
			all.Go(func() {
				defer client.Close()
				client.SetDeadline(time.Now().Add(time.Minute))
				if err := exchangeBytes(client, server, rewrite); err != nil {
					t.Errorf("the proxy: %v", err)
				}
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		all.Wait()
	})
	return listener.Addr().String()
}

func exchangeBytes(client net.Conn, address string, rewrite func([]field) []field) error {
	server, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer server.Close()
	server.SetDeadline(time.Now().Add(time.Minute))
	request, response := bufio.NewReader(client), bufio.NewReader(server)
	if err := copyHead(server, request, rewrite); err != nil {
		return err
	}
	go io.Copy(server, request) // until one of the two closes
	if err := copyHead(client, response, rewrite); err != nil {
		return err
	}
	_, err = io.Copy(client, response)
	return err
}

// copyHead copies a message up to the empty line.
func copyHead(to io.Writer, from *bufio.Reader, rewrite func([]field) []field) error {
	readLine := func() (string, error) {
		line, err := from.ReadString('\n')
		return strings.TrimRight(line, "\r\n"), err
	}
	head, err := readLine()
	if err != nil {
		return err
	}
	var fields []field
	for {
		line, err := readLine()
		if err != nil {
			return err
		}
		if line == "" {
			break
		}
		name, value, _ := strings.Cut(line, ":")
		fields = append(fields, field{name, value})
	}
	head += "\r\n"
	for _, f := range rewrite(fields) {
		head += f.name + ":" + f.value + "\r\n"
	}
	_, err = io.WriteString(to, head+"\r\n")
	return err
}
