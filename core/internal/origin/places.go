package origin

import (
	"math/bits"
	"strconv"
	"strings"
	"sync"
)

// This file holds an automaton that reads serialized origins. It follows Parse,
// except that it doesn't count the characters of a scheme, a label or a host,
// and that it accepts texts in brackets that are not IPv6 addresses. So it
// accepts every origin, and few other texts.

// alphabet holds every character that occurs in serialized origins.
const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789-_.:/[]+"

// A charset is a set of characters: bit i represents alphabet[i].
type charset uint64

func charsetOf(contains func(byte) bool) (set charset) {
	for i := range len(alphabet) {
		if contains(alphabet[i]) {
			set |= 1 << i
		}
	}
	return set
}

// charOf returns the set of r alone, which is empty if no origin has r.
func charOf(r rune) charset {
	if i := strings.IndexRune(alphabet, r); i >= 0 {
		return 1 << i
	}
	return 0
}

// first returns the character of a set that reads best in an example.
func (set charset) first() byte {
	return alphabet[bits.TrailingZeros64(uint64(set))]
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

var wordChars = charsetOf(func(c byte) bool { return c == '_' || isDigit(c) || 'a' <= c && c <= 'z' })

// A place is a state of the automaton.
type place struct {
	scheme schemeKind // once the scheme has been read
	state  uint8      // an index into automaton.states
}

// A schemeKind distinguishes schemes by their default port, and http from all
// others.
type schemeKind uint8

const (
	anyScheme schemeKind = iota // without a default port
	schemeHTTP
	schemeHTTPS
	schemeWS
	schemeFTP
)

var knownSchemes = []struct {
	name string
	kind schemeKind
}{{"http", schemeHTTP}, {"https", schemeHTTPS}, {"ws", schemeWS}, {"wss", schemeHTTPS}, {"ftp", schemeFTP}}

// A hostKind is the kind of the hosts that end at a state.
type hostKind uint8

const (
	noHost          hostKind = iota // no host ends here
	hostName                        // a domain
	hostAddress                     // a public address
	hostPrivate                     // an address in a private or link-local network
	hostLoopback                    // the machine itself
	hostNameAndRoot                 // a domain and its trailing dot
)

// A state of the automaton.
type state struct {
	spot
	ends    hostKind
	accepts bool
	steps   []placeStep
}

func (s *state) begins() bool   { return s.part == inSchemeName && s.text == "" }
func (s *state) atHost() bool   { return (s.part == inName || s.part == inIPv4) && s.text == "" }
func (s *state) afterDot() bool { return s.part == inName && strings.HasSuffix(s.text, ".") }
func (s *state) inPort() bool   { return s.part == inPort }

// A placeStep leads to another state by one of chars.
type placeStep struct {
	chars  charset
	to     uint8
	toPort bool       // to is determined by the scheme
	scheme schemeKind // the scheme that ends here, if any
}

// A part of an origin.
type part uint8

const (
	inSchemeName part = iota
	afterColon
	afterSlash
	inName
	inIPv4
	inIPv6
	inPort
)

// A spot describes a state by its part and by a text that stands for every text
// that leads to it.
type spot struct {
	part part
	text string
}

type originAutomaton struct {
	states []state
	ports  [5]uint8 // the state before a port, by schemeKind
}

var automaton = sync.OnceValue(func() *originAutomaton {
	a := &originAutomaton{}
	ids := make(map[spot]uint8)
	addresses := newAddressTexts()
	id := func(s spot) uint8 {
		i, ok := ids[s]
		if !ok {
			i = uint8(len(a.states))
			ids[s] = i
			ends, accepts := s.ends()
			a.states = append(a.states, state{spot: s, ends: ends, accepts: accepts})
		}
		return i
	}
	id(spot{inSchemeName, ""})
	for kind, port := range []string{anyScheme: "", schemeHTTP: "80", schemeHTTPS: "443", schemeWS: "80", schemeFTP: "21"} {
		a.ports[kind] = id(spot{inPort, port + ":"})
	}
	for i := 0; i < len(a.states); i++ {
		s := a.states[i].spot
		var steps []placeStep
		add := func(c byte, step placeStep) {
			char := charOf(rune(c))
			for j := range steps {
				if one := steps[j]; one.to == step.to && one.toPort == step.toPort && one.scheme == step.scheme {
					steps[j].chars |= char
					return
				}
			}
			step.chars = char
			steps = append(steps, step)
		}
		for k := range len(alphabet) {
			c := alphabet[k]
			switch {
			case s.part == inSchemeName && c == ':':
				if s.text != "" {
					add(c, placeStep{to: id(spot{afterColon, ""}), scheme: kindOfScheme(s.text)})
				}
			case c == ':' && a.states[i].ends != noHost:
				add(c, placeStep{toPort: true})
			case s.part == afterSlash && c == '/':
				add(c, placeStep{to: id(spot{inName, ""})})
				add(c, placeStep{to: id(spot{inIPv4, ""})})
			case s.part == inIPv4:
				if next, ok := addresses.next(s.text, c); ok {
					add(c, placeStep{to: id(spot{inIPv4, next})})
				}
			default:
				if next, ok := s.next(c); ok {
					add(c, placeStep{to: id(next)})
				}
			}
		}
		a.states[i].steps = steps
	}
	return a
})

func kindOfScheme(scheme string) schemeKind {
	for _, known := range knownSchemes {
		if known.name == scheme {
			return known.kind
		}
	}
	return anyScheme
}

// ends returns the kind of the hosts that end at s, and whether an origin can
// end there.
func (s spot) ends() (kind hostKind, accepts bool) {
	switch s.part {
	case inName:
		kind = nameKind(s.text)
	case inIPv4:
		if strings.Count(s.text, ".") == 3 && !strings.HasSuffix(s.text, ".") {
			kind = addressKind(s.text)
		}
	case inIPv6:
		switch {
		case s.text == "[::1]":
			kind = hostLoopback
		case strings.HasSuffix(s.text, "]"):
			kind = hostAddress
		}
	case inPort:
		defaultPort, digits, _ := strings.Cut(s.text, ":")
		return noHost, digits != "" && digits != defaultPort
	}
	return kind, kind != noHost
}

// next returns the spot after c. It doesn't handle steps that depend on the scheme
// or lead to several spots, nor IPv4 addresses.
func (s spot) next(c byte) (spot, bool) {
	var text string
	var ok bool
	switch s.part {
	case inSchemeName:
		text, ok = nextInScheme(s.text, c)
	case afterColon:
		return spot{afterSlash, ""}, c == '/'
	case inName:
		if s.text == "" && c == '[' {
			return spot{inIPv6, "["}, true
		}
		text, ok = nextInName(s.text, c)
	case inIPv6:
		text, ok = nextInIPv6(s.text, c)
	case inPort:
		text, ok = nextInPort(s.text, c)
	}
	return spot{s.part, text}, ok
}

// nextInScheme tells the known schemes and their beginnings apart from others,
// which are all "?".
func nextInScheme(text string, c byte) (string, bool) {
	if text == "" && (c < 'a' || 'z' < c) || classes[c]&inScheme == 0 {
		return "", false
	}
	next := text + string(c)
	for _, known := range knownSchemes {
		if strings.HasPrefix(known.name, next) {
			return next, true
		}
	}
	return "?", true
}

// nextInName distinguishes the last label only: by whether it is localhost or
// begins like it, and by whether it makes the host an address that ends in a
// number ("0", "0x", and "9" for other digits). Every other label is "a". A dot
// is kept until the next label begins.
func nextInName(text string, c byte) (string, bool) {
	label, atDot := strings.CutSuffix(text, ".")
	if c == '.' {
		switch {
		case label == "" || atDot:
			return "", false
		case label == "0" || label == "0x" || label == "9":
			return "9.", true
		case label == "localhost":
			return "localhost.", true
		}
		return "a.", true
	}
	if classes[c]&inLabel == 0 {
		return "", false
	}
	if atDot {
		label = ""
	}
	next := label + string(c)
	switch {
	case strings.HasPrefix("localhost", next), next == "0", next == "0x":
		return next, true
	case isDigit(c) && (label == "" || label == "0" || label == "9"):
		return "9", true
	case label == "0x" && strings.IndexByte("0123456789abcdef", c) >= 0:
		return "0x", true
	}
	return "a", true
}

func nameKind(text string) hostKind {
	switch text {
	case "", "0", "0x", "9", "9.":
		return noHost
	case "localhost":
		return hostLoopback
	case "a.", "localhost.":
		return hostNameAndRoot
	}
	return hostName
}

// nextInIPv6 tells [::1] apart from others, which are "[x]".
func nextInIPv6(text string, c byte) (string, bool) {
	if strings.HasSuffix(text, "]") || strings.IndexByte("0123456789abcdef:]", c) < 0 {
		return "", false
	}
	next := text + string(c)
	switch {
	case strings.HasPrefix("[::1]", next):
		return next, true
	case c == ']':
		return "[x]", true
	}
	return "[x", true
}

// nextInPort reads a number up to 65535 other than the default port, which
// precedes the colon. Numbers of the same length are the same unless they begin
// like one of the two.
func nextInPort(text string, c byte) (string, bool) {
	defaultPort, digits, _ := strings.Cut(text, ":")
	next := digits + string(c)
	highest := strconv.Itoa(maxPort)
	if !isDigit(c) || next == "0" || len(next) > len(highest) || len(next) == len(highest) && next > highest {
		return "", false
	}
	switch {
	case strings.HasPrefix(highest, next), strings.HasPrefix(defaultPort, next):
	case next > highest[:len(next)]:
		next = strings.Repeat("9", len(next))
	default:
		next = strings.Repeat("1", len(next))
	}
	return defaultPort + ":" + next, true
}

// addressTexts reads IPv4 addresses in canonical form. It replaces the text read so
// far by one that the same continuations complete to the same kinds of addresses,
// so that few texts remain.
type addressTexts struct {
	equal  map[string]string // a text that represents this one
	bySame map[string]string // the representative of all texts with the same continuations
}

func newAddressTexts() *addressTexts {
	t := &addressTexts{equal: make(map[string]string), bySame: make(map[string]string)}
	t.representative("")
	return t
}

const addressChars = ".0123456789"

func (t *addressTexts) next(text string, c byte) (string, bool) {
	next, ok := extendAddress(text, c)
	return t.equal[next], ok
}

func (t *addressTexts) representative(text string) string {
	if same, ok := t.equal[text]; ok {
		return same
	}
	var follows strings.Builder
	for i := range len(addressChars) {
		if next, ok := extendAddress(text, addressChars[i]); ok {
			follows.WriteString(t.representative(next))
		}
		follows.WriteByte(',')
	}
	kind, _ := spot{inIPv4, text}.ends()
	follows.WriteByte('0' + byte(kind))
	if text == "" {
		follows.WriteByte('^')
	}
	same, ok := t.bySame[follows.String()]
	if !ok {
		same = text
		t.bySame[follows.String()] = same
	}
	t.equal[text] = same
	return same
}

// extendAddress appends c to the beginning of an address. Where the numbers that
// are complete decide what kind of address it is, they are replaced by others
// that decide the same.
func extendAddress(text string, c byte) (string, bool) {
	start := strings.LastIndexByte(text, '.') + 1
	dots := strings.Count(text, ".")
	number := text[start:]
	if c == '.' {
		if number == "" || dots == 3 {
			return "", false
		}
		switch dots {
		case 0:
			switch number {
			case "10", "127", "169", "172", "192":
				return number + ".", true
			}
			return "1.", true
		case 1:
			switch addressKind(text) {
			case hostLoopback:
				return "127.0.", true
			case hostPrivate:
				return "10.0.", true
			}
			return "1.0.", true
		}
		return text[:start] + "0.", true
	}
	next := number + string(c)
	n, err := strconv.Atoi(next)
	if !isDigit(c) || err != nil || n > 255 || number == "0" {
		return "", false
	}
	return text[:start] + next, true
}

// addressKind returns the kind of the addresses that begin with two numbers.
func addressKind(text string) hostKind {
	first, rest, _ := strings.Cut(text, ".")
	second, _, _ := strings.Cut(rest, ".")
	n, _ := strconv.Atoi(second)
	switch {
	case first == "127":
		return hostLoopback
	case first == "10", first == "172" && 16 <= n && n <= 31, first == "192" && n == 168, first == "169" && n == 254:
		return hostPrivate
	}
	return hostAddress
}
