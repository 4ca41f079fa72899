package origin

import (
	"fmt"
	"maps"
	"math/bits"
	"regexp/syntax"
	"slices"
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

var wordChars = charsetOf(func(c byte) bool { return classes[c]&inLabel != 0 && c != '-' })

// A place is a state of the automaton.
type place struct {
	state  uint16     // an index into originAutomaton
	scheme schemeKind // once the scheme has been read
}

// A schemeKind distinguishes schemes by their default port, and http from all
// others.
type schemeKind uint8

const (
	anyScheme schemeKind = iota + 1 // without a default port
	schemeHTTP
	schemeHTTPS
	schemeWS
	schemeFTP
)

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

// A part of an origin.
type part uint8

const (
	inSchemeName part = iota // with "://"
	inName
	inAddress
	inPort
)

// The regular expressions of the parts, by kind. Where several match, the last counts.
const (
	labels = `(?:[a-z0-9_-]+\.)*`
	// URL, "ends in a number checker": a name's last label has something other than
	// digits, and isn't 0x and hexadecimal digits.
	lastLabel = `(?:[0-9]*[a-wyz_-][a-z0-9_-]*|(?:[1-9][0-9]*|0[0-9]+)?x[a-z0-9_-]*|0x[0-9a-f]*[g-z_-][a-z0-9_-]*)`
	octet     = `(?:[0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])`
)

var partExpressions = [][]string{
	inSchemeName: {anyScheme: `[a-z][a-z0-9+.-]*://`, schemeHTTP: `http://`, schemeHTTPS: `(?:https|wss)://`, schemeWS: `ws://`, schemeFTP: `ftp://`},
	inName: {
		hostName:        labels + lastLabel,
		hostLoopback:    labels + `localhost`,
		hostNameAndRoot: labels + lastLabel + `\.`,
	},
	inAddress: {
		hostAddress:  octet + `(?:\.` + octet + `){3}|\[[0-9a-f:]*\]`,
		hostPrivate:  `(?:10\.` + octet + `|172\.(?:1[6-9]|2[0-9]|3[01])|192\.168|169\.254)(?:\.` + octet + `){2}`,
		hostLoopback: `127(?:\.` + octet + `){3}|\[::1\]`,
	},
	// The default ports of schemes come after all ports.
	inPort: {
		anyScheme:  `[1-9][0-9]{0,3}|[1-5][0-9]{4}|6(?:[0-4][0-9]{3}|5(?:[0-4][0-9]{2}|5(?:[0-2][0-9]|3[0-5])))`,
		schemeHTTP: `80`, schemeHTTPS: `443`, schemeWS: `80`, schemeFTP: `21`,
	},
}

// A state of the automaton.
type state struct {
	part     part
	begins   bool  // nothing of the part has been read
	afterDot bool  // in a name
	matches  uint8 // a bit for each expression of the part that matches
	steps    []placeStep
}

// kind returns the kind of what has been read of the part, or 0.
func (s *state) kind() uint8 { return uint8(bits.Len8(s.matches >> 1)) }

// ends returns the kind of the hosts that end at s.
func (s *state) ends() hostKind {
	if s.isInHost() {
		return hostKind(s.kind())
	}
	return noHost
}

func (s *state) isInHost() bool { return s.part == inName || s.part == inAddress }

// atHost reports whether a host begins at s.
func (s *state) atHost() bool { return s.isInHost() && s.begins }

// accepts reports whether an origin with a scheme can end at s.
func (s *state) accepts(scheme schemeKind) bool {
	if s.part == inPort {
		return s.matches != 0 && (scheme == anyScheme || s.matches&(1<<scheme) == 0)
	}
	return s.ends() != noHost
}

// A placeStep leads to another state by one of chars.
type placeStep struct {
	chars  charset
	to     uint16
	scheme schemeKind // the scheme that ends here, if any
}

// An originAutomaton holds the states, first those of the scheme.
type originAutomaton []state

var automaton = sync.OnceValue(func() originAutomaton {
	var a originAutomaton
	var first []uint16 // of each part
	for p, expressions := range partExpressions {
		first = append(first, uint16(len(a)))
		a = append(a, determinize(part(p), uint16(len(a)), expressions)...)
	}
	for i := range a {
		s := &a[i]
		for k := range s.steps {
			step := &s.steps[k]
			if scheme := a[step.to].kind(); s.part == inSchemeName && scheme != 0 {
				step.to, step.scheme = first[inName], schemeKind(scheme)
				s.steps = append(s.steps, placeStep{step.chars, first[inAddress], step.scheme})
			}
		}
		if s.ends() != noHost {
			s.steps = append(s.steps, placeStep{chars: charOf(':'), to: first[inPort]})
		}
	}
	return a
})

// endMark and the kind is the rune at the end of an expression.
const endMark = 0xE000

// determinize returns the states of a deterministic automaton that tells which of the
// expressions match. Their indices begin at base.
func determinize(p part, base uint16, expressions []string) []state {
	var marked []string
	for kind, e := range expressions {
		if e != "" {
			marked = append(marked, fmt.Sprintf(`(?:%s)\x{%X}`, e, endMark+kind))
		}
	}
	tree, err := syntax.Parse(strings.Join(marked, "|"), syntax.Perl)
	if err != nil {
		panic(err) // the expressions are constants
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		panic(err)
	}
	chars := make([]charset, len(prog.Inst))    // that an instruction reads
	follows := make([][]uint32, len(prog.Inst)) // the next instructions that read
	for pc := range prog.Inst {
		chars[pc] = charsOfInst(&prog.Inst[pc], 0)
		follows[pc] = reading(prog, prog.Inst[pc].Out)
	}
	var states []state
	var sets [][]uint32 // where the program can be, by state
	add := func(set []uint32, s state) uint16 {
		i := slices.IndexFunc(sets, func(other []uint32) bool { return slices.Equal(set, other) })
		if i < 0 {
			i = len(sets)
			for kind := range expressions {
				if slices.ContainsFunc(set, func(pc uint32) bool { return prog.Inst[pc].MatchRune(endMark + rune(kind)) }) {
					s.matches |= 1 << kind
				}
			}
			states, sets = append(states, s), append(sets, set)
		}
		return base + uint16(i)
	}
	add(reading(prog, uint32(prog.Start)), state{part: p, begins: true})
	for i := 0; i < len(sets); i++ {
		steps := make(map[uint16]charset)
		for k := range len(alphabet) {
			var set []uint32
			for _, pc := range sets[i] {
				if chars[pc]&(1<<k) != 0 {
					set = append(set, follows[pc]...)
				}
			}
			if len(set) > 0 {
				slices.Sort(set)
				steps[add(slices.Compact(set), state{part: p, afterDot: p == inName && alphabet[k] == '.'})] |= 1 << k
			}
		}
		for _, to := range slices.Sorted(maps.Keys(steps)) {
			states[i].steps = append(states[i].steps, placeStep{chars: steps[to], to: to})
		}
	}
	return states
}

// reading returns the instructions that read a character at which a program arrives from
// another instruction without reading any.
func reading(prog *syntax.Prog, from uint32) []uint32 {
	var found []uint32
	seen := make([]bool, len(prog.Inst))
	for queue := []uint32{from}; len(queue) > 0; queue = queue[1:] {
		pc := queue[0]
		if seen[pc] {
			continue
		}
		seen[pc] = true
		switch inst := &prog.Inst[pc]; inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			queue = append(queue, inst.Out, inst.Arg)
		case syntax.InstNop:
			queue = append(queue, inst.Out)
		case syntax.InstMatch, syntax.InstFail:
		default:
			found = append(found, pc)
		}
	}
	return found
}
