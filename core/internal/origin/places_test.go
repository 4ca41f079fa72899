package origin

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// run returns the states that a text leads to.
func (a originAutomaton) run(text string) []place {
	places := []place{{}}
	for _, r := range text {
		var next []place
		for _, p := range places {
			for _, step := range a[p.state].steps {
				if step.chars&charOf(r) != 0 {
					next = append(next, place{step.to, max(p.scheme, step.scheme)})
				}
			}
		}
		places = next
	}
	return places
}

func (a originAutomaton) accepts(text string) bool {
	return slices.ContainsFunc(a.run(text), func(p place) bool { return a[p.state].accepts(p.scheme) })
}

// Apart from IPv6 addresses, the automaton accepts what Parse accepts.
func TestAutomatonAcceptsOrigins(t *testing.T) {
	a := automaton()
	r := rand.New(rand.NewPCG(7, 8))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	number := func() string {
		return pick("0", "1", "10", "127", "169", "172", "192", "254", "168", "255", "256", "25", "26", "00", "01", fmt.Sprint(r.IntN(300)))
	}
	label := func() string {
		return pick("a", "localhost", "local", "localhosts", "0x", "0x1f", "0xg", "0", "1a", "a1", "12", "x-_", "", number())
	}
	accepted := 0
	for range 30_000 {
		host := label()
		for range r.IntN(4) {
			host += "." + label()
		}
		if r.IntN(3) == 0 {
			host = number() + "." + number() + "." + number() + "." + number()
		}
		text := pick("http", "https", "ws", "wss", "ftp", "ht", "httpx", "a+.-", "1", "") + pick("://", "://", "://", ":/", ":") + host + pick("", "", "", ".", ":", ":80", ":443", ":21", ":8", ":44", ":4430", ":65535", ":65536", ":65540", ":70000", ":0", ":08", ":123456", fmt.Sprint(":", r.IntN(80000)))
		_, want := Parse(text)
		if got := a.accepts(text); got != want {
			t.Fatalf("the automaton says %t of %q", got, text)
		}
		if want {
			accepted++
		}
	}
	if accepted < 3_000 {
		t.Errorf("%d origins: that doesn't test much", accepted)
	}
}

func TestAutomatonKnowsWhoseHostsAre(t *testing.T) {
	a := automaton()
	r := rand.New(rand.NewPCG(9, 10))
	hosts := []string{"localhost", "a.localhost", "localhost.a", "alocalhost", "localhosta", "local", "[::1]", "[::2]", "[::11]", "[2001:db8::1]"}
	for range 30_000 {
		first := []int{10, 127, 169, 172, 192, r.IntN(256)}[r.IntN(6)]
		second := []int{16, 31, 168, 254, r.IntN(256)}[r.IntN(5)]
		hosts = append(hosts, fmt.Sprintf("%d.%d.%d.%d", first, second, r.IntN(256), r.IntN(256)))
	}
	for _, host := range hosts {
		want := hostName
		switch {
		case IsLoopback(host):
			want = hostLoopback
		case isNobodys(host):
			want = hostPrivate
		case isAddress(host):
			want = hostAddress
		}
		var got []hostKind
		for _, p := range a.run("https://" + host) {
			if kind := a[p.state].ends(); kind != noHost {
				got = append(got, kind)
			}
		}
		if len(got) != 1 || got[0] != want {
			t.Fatalf("%s has the kinds %d, want %d", host, got, want)
		}
	}
}

func TestAutomatonAcceptsIPv6Addresses(t *testing.T) {
	for _, host := range []string{"[::]", "[::1]", "[2001:db8::1]", "[1:2:3:4:5:6:7:8]", "[fe80::1:2]", "[::ffff:102:304]", "[::1:1]", "[::11]"} {
		for _, port := range []string{"", ":8080"} {
			if text := "http://" + host + port; !automaton().accepts(text) {
				t.Errorf("the automaton rejects %q", text)
			}
		}
	}
	for _, host := range []string{"[", "[::1", "[::1]]", "[::1].", "[::1]a", "[g]", "::1", "a[::1]"} {
		if text := "http://" + host; automaton().accepts(text) {
			t.Errorf("the automaton accepts %q", text)
		}
	}
}

func TestAlphabetHoldsEveryCharacterOfOrigins(t *testing.T) {
	for c := range 256 {
		listed := strings.IndexByte(alphabet, byte(c)) >= 0
		occurs := classes[c] != 0 || strings.IndexByte(":/[].", byte(c)) >= 0
		if listed != occurs {
			t.Errorf("%q is in the alphabet: %t", rune(c), listed)
		}
	}
}
