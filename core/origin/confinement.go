package origin

import (
	"cmp"
	"math/bits"
	"regexp/syntax"
	"slices"
	"strings"
)

// This file decides what an expression confines its matches to, by analysing
// the expression and not by trying samples.
//
// The automaton of the expression and the automaton of serialized origins are
// run side by side: a path through both is an origin that matches. What cannot
// be completed to an origin is cut away. What remains is walked from the end
// of the host to the left. Where the labels read so far are a registrable
// domain, or a name under one, and no public suffix lies below, everything
// further left belongs to one registrant, and the walk stops. If every branch stops there after spelling out its domain, the
// expression is confined to the domains found; where a branch can go on in too
// many ways, the walk has found origins that a stranger can have.

const (
	// A position that allows more characters than this is not spelled out. RE2
	// itself turns (de|dk) into d[ek], so a few must be allowed.
	maxAlternatives = 4
	// More registrable domains, or more steps to spell them, than these are
	// not spelled out either.
	maxDomains = 200
	maxSteps   = 20_000
	// maxNodes bounds the time and memory of the analysis.
	maxNodes = 100_000
)

// alphabet holds every character that can stand in a serialized origin.
const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789-_.:/[]+"

// A charset is a set of characters: bit i stands for alphabet[i].
type charset uint64

func charsetOf(contains func(byte) bool) (set charset) {
	for i := range len(alphabet) {
		if contains(alphabet[i]) {
			set |= 1 << i
		}
	}
	return set
}

// first returns the character of a set that reads best in an example.
func (set charset) first() byte {
	return alphabet[bits.TrailingZeros64(uint64(set))]
}

var (
	wordChars  = charsetOf(func(c byte) bool { return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' })
	labelChars = charsetOf(func(c byte) bool { return classes[c]&inLabel != 0 })
)

// A place is a state of the automaton of serialized origins, named for what
// has been read. It is a little wider than Parse, which also counts.
type place uint8

const (
	atStart place = iota
	inSchemeName
	afterColon
	afterSlash
	atHost
	inHostLabel
	afterDot
	inIPv6
	afterIPv6
	atPort
	inPort
	// The same for the beginning of a scheme that must be http.
	afterH
	afterHT
	afterHTT
	afterHTTP
)

func (p place) hostEnds() bool { return p == inHostLabel || p == afterDot || p == afterIPv6 }
func (p place) accepts() bool  { return p.hostEnds() || p == inPort }

// steps returns where each character leads from p.
func (p place) steps(onlyHTTP bool) []placeStep {
	if onlyHTTP && p == atStart {
		return httpStart
	}
	return placeSteps[p]
}

type placeStep struct {
	chars charset
	to    place
}

func one(c byte, to place) placeStep {
	return placeStep{charsetOf(func(b byte) bool { return b == c }), to}
}

var (
	httpStart  = []placeStep{one('h', afterH)}
	digits     = charsetOf(func(c byte) bool { return '0' <= c && c <= '9' })
	placeSteps = [...][]placeStep{
		atStart:      {{charsetOf(func(c byte) bool { return 'a' <= c && c <= 'z' }), inSchemeName}},
		inSchemeName: {{charsetOf(func(c byte) bool { return classes[c]&inScheme != 0 }), inSchemeName}, one(':', afterColon)},
		afterColon:   {one('/', afterSlash)},
		afterSlash:   {one('/', atHost)},
		atHost:       {{labelChars, inHostLabel}, one('[', inIPv6)},
		inHostLabel:  {{labelChars, inHostLabel}, one('.', afterDot), one(':', atPort)},
		afterDot:     {{labelChars, inHostLabel}, one(':', atPort)},
		inIPv6:       {{charsetOf(func(c byte) bool { return strings.IndexByte("0123456789abcdef:", c) >= 0 }), inIPv6}, one(']', afterIPv6)},
		afterIPv6:    {one(':', atPort)},
		atPort:       {{digits &^ charsetOf(func(c byte) bool { return c == '0' }), inPort}},
		inPort:       {{digits, inPort}},
		afterH:       {one('t', afterHT)},
		afterHT:      {one('t', afterHTT)},
		afterHTT:     {one('p', afterHTTP)},
		afterHTTP:    {one(':', afterColon)},
	}
)

// A node is a state of both automata together.
type node struct {
	pc       uint32
	place    place
	wordLast bool // the last character was a word character, for \b
	next     need // what a \b or $ passed on the way demands of the next character
}

type need uint8

const (
	anything need = iota
	word
	noWord
	theEnd
)

// An edge leads to a node, by one of chars or, if there are none, for free.
type edge struct {
	node  int
	chars charset
}

// A product is the graph of all nodes from which, and to which, a whole
// match leads.
type product struct {
	nodes    []node
	forward  [][]edge
	backward [][]edge
	accept   []int
}

// intersect returns the product of the expression with serialized origins, or
// nil if it grows too large.
func intersect(prog *syntax.Prog, onlyHTTP bool) *product {
	g := &product{}
	ids := make(map[node]int)
	id := func(n node) int {
		i, ok := ids[n]
		if !ok {
			i = len(g.nodes)
			ids[n] = i
			g.nodes = append(g.nodes, n)
			g.forward = append(g.forward, nil)
			g.backward = append(g.backward, nil)
		}
		return i
	}
	charsets := make([]charset, len(prog.Inst))
	for pc := range prog.Inst {
		switch inst := &prog.Inst[pc]; inst.Op {
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			charsets[pc] = charsetOf(func(c byte) bool { return inst.MatchRune(rune(c)) })
		}
	}
	id(node{pc: uint32(prog.Start)})
	for i := 0; i < len(g.nodes); i++ {
		if len(g.nodes) > maxNodes {
			return nil
		}
		n := g.nodes[i]
		link := func(to node, chars charset) {
			j := id(to)
			g.forward[i] = append(g.forward[i], edge{j, chars})
			g.backward[j] = append(g.backward[j], edge{i, chars})
		}
		inst := &prog.Inst[n.pc]
		switch inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			link(node{inst.Out, n.place, n.wordLast, n.next}, 0)
			link(node{inst.Arg, n.place, n.wordLast, n.next}, 0)
		case syntax.InstCapture, syntax.InstNop:
			link(node{inst.Out, n.place, n.wordLast, n.next}, 0)
		case syntax.InstEmptyWidth:
			if next, ok := n.assert(syntax.EmptyOp(inst.Arg)); ok {
				link(node{inst.Out, n.place, n.wordLast, next}, 0)
			}
		case syntax.InstMatch:
			if n.place.accepts() && n.next != word {
				g.accept = append(g.accept, i)
			}
		case syntax.InstFail:
		default:
			for _, step := range n.place.steps(onlyHTTP) {
				chars := charsets[n.pc] & step.chars
				if c := chars & wordChars; c != 0 && (n.next == anything || n.next == word) {
					link(node{inst.Out, step.to, true, anything}, c)
				}
				if c := chars &^ wordChars; c != 0 && (n.next == anything || n.next == noWord) {
					link(node{inst.Out, step.to, false, anything}, c)
				}
			}
		}
	}
	g.trim()
	return g
}

// assert returns what holds of the next character once op is passed. An
// origin has no line breaks, so that lines begin and end where the text does.
func (n node) assert(op syntax.EmptyOp) (next need, ok bool) {
	switch op {
	case syntax.EmptyBeginText, syntax.EmptyBeginLine:
		return n.next, n.place == atStart
	case syntax.EmptyEndText, syntax.EmptyEndLine:
		return theEnd, n.next != word
	}
	demanded := noWord
	if n.wordLast == (op == syntax.EmptyNoWordBoundary) {
		demanded = word
	}
	switch {
	case n.next == anything || n.next == demanded:
		return demanded, true
	case n.next == theEnd:
		return theEnd, demanded == noWord
	}
	return 0, false
}

// trim cuts away every edge that leads nowhere.
func (g *product) trim() {
	alive := make([]bool, len(g.nodes))
	queue := slices.Clone(g.accept)
	for _, i := range queue {
		alive[i] = true
	}
	for len(queue) > 0 {
		i := queue[0]
		queue = queue[1:]
		for _, e := range g.backward[i] {
			if !alive[e.node] {
				alive[e.node] = true
				queue = append(queue, e.node)
			}
		}
	}
	dead := func(e edge) bool { return !alive[e.node] }
	for i := range g.nodes {
		if !alive[i] {
			g.forward[i], g.backward[i] = nil, nil
			continue
		}
		g.forward[i] = slices.DeleteFunc(g.forward[i], dead)
		g.backward[i] = slices.DeleteFunc(g.backward[i], dead)
	}
}

// empty reports whether nothing matches.
func (g *product) empty() bool { return len(g.accept) == 0 }

// withFree returns, in order and each once, the nodes given and those that lead
// to them for free.
func (g *product) withFree(nodes []int) []int {
	seen := make(map[int]bool, len(nodes))
	var set []int
	add := func(i int) {
		if !seen[i] {
			seen[i] = true
			set = append(set, i)
		}
	}
	for _, i := range nodes {
		add(i)
	}
	for k := 0; k < len(set); k++ {
		for _, e := range g.backward[set[k]] {
			if e.chars == 0 {
				add(e.node)
			}
		}
	}
	slices.Sort(set)
	return set
}

// hostEnds returns the nodes at which a host can end. Ports, and the dot of a
// fully qualified domain, do not change whose a host is.
func (g *product) hostEnds() []int {
	seen := make(map[int]bool)
	var ends []int
	queue := slices.Clone(g.accept)
	for len(queue) > 0 {
		i := queue[0]
		queue = queue[1:]
		if seen[i] {
			continue
		}
		seen[i] = true
		for _, e := range g.backward[i] {
			free := e.chars == 0
			behindHost := g.nodes[i].place == inPort || g.nodes[i].place == atPort || g.nodes[i].place == afterDot
			if free || behindHost {
				queue = append(queue, e.node)
			}
		}
		if p := g.nodes[i].place; p == inHostLabel || p == afterIPv6 {
			ends = append(ends, i)
		}
	}
	return g.withFree(ends)
}

// A suffix is what a walk has read of a host, and where that leads from.
type suffix struct {
	text string
	from []int
}

// A found host, and where one leads that ends in it.
type found struct {
	host string
	from int
}

// A confinement is what a walk found.
type confinement struct {
	hosts []found // whole hosts, and registrable domains whose subdomains match
	open  bool
	// Where the walk gave up: the end of a host, and an edge that goes on to
	// the left of it.
	end  string
	via  edge
	into int
}

func (c *confinement) giveUp(end string, via edge, into int) *confinement {
	c.open, c.end, c.via, c.into = true, end, via, into
	return c
}

// confine walks from the end of the host to the left.
func (g *product) confine() *confinement {
	c := &confinement{}
	queue := []suffix{{"", g.hostEnds()}}
	for steps := 0; len(queue) > 0; steps++ {
		s := queue[0]
		queue = queue[1:]
		// What leads here by each character.
		var by [len(alphabet)][]int
		var via edge
		var into int
		for _, i := range s.from {
			for _, e := range g.backward[i] {
				if e.chars == 0 {
					continue
				}
				if bits.OnesCount64(uint64(e.chars&labelChars)) > maxAlternatives || steps > maxSteps || len(s.text) > maxHost {
					return c.giveUp(s.text, e, i)
				}
				via, into = e, i
				for rest := e.chars; rest != 0; rest &= rest - 1 {
					char := bits.TrailingZeros64(uint64(rest))
					by[char] = append(by[char], e.node)
				}
			}
		}
		for char, from := range by {
			if len(from) == 0 {
				continue
			}
			next := suffix{string(alphabet[char]) + s.text, g.withFree(from)}
			next.stop(g, atHost, c)
			if isOwned(next.text) {
				next.stop(g, afterDot, c)
			}
			if len(c.hosts) > maxDomains {
				return c.giveUp(s.text, via, into)
			}
			if len(next.from) > 0 {
				queue = append(queue, next)
			}
		}
	}
	return c
}

// stop ends the walk at the nodes of one place: there s.text is a whole host,
// or a domain below which everything belongs to the same registrant.
func (s *suffix) stop(g *product, where place, c *confinement) {
	s.from = slices.DeleteFunc(s.from, func(i int) bool {
		if g.nodes[i].place != where {
			return false
		}
		if len(c.hosts) == 0 || c.hosts[len(c.hosts)-1].host != s.text {
			c.hosts = append(c.hosts, found{s.text, i})
		}
		return true
	})
}

// isOwned reports whether a name and all names under it belong to one
// registrant, or, as those under localhost do, to the machine itself.
func isOwned(name string) bool {
	if name == "localhost" {
		return true
	}
	if endsInNumber(name) {
		return false // the end of an IPv4 address
	}
	return suffixOf(name) != name && suffixBelow(name) == ""
}

// walk returns the characters of a shortest path from one of the nodes to one
// for which done holds, along edges.
func (g *product) walk(from int, edges [][]edge, done func(int) bool) string {
	type visit struct {
		node int
		text string
	}
	seen := map[int]bool{from: true}
	for queue := []visit{{from, ""}}; len(queue) > 0; {
		v := queue[0]
		queue = queue[1:]
		if done(v.node) {
			return v.text
		}
		for _, e := range edges[v.node] {
			if seen[e.node] {
				continue
			}
			seen[e.node] = true
			text := v.text
			if e.chars != 0 {
				text += string(e.chars.first())
			}
			queue = append(queue, visit{e.node, text})
		}
	}
	return ""
}

// before returns the shortest beginning of a match that leads to a node.
func (g *product) before(i int) string {
	reversed := []byte(g.walk(i, g.backward, func(i int) bool { return i == 0 }))
	slices.Reverse(reversed)
	return string(reversed)
}

// after returns the shortest end of a match that leads on from a node.
func (g *product) after(i int) string {
	return g.walk(i, g.forward, func(i int) bool { return slices.Contains(g.accept, i) })
}

// analyse fills in what e matches beyond what it should.
func (e *Expression) analyse() *Error {
	simple := e.tree.Simplify()
	prog, err := syntax.Compile(simple)
	if err != nil {
		return problem(CodeExpressionSize, "cannot be analysed (%v): list the origins in AllowOrigins", err)
	}
	all, plain := intersect(prog, false), intersect(prog, true)
	switch {
	case all == nil || plain == nil:
		return problem(CodeExpressionSize, "is too large to be analysed: list the origins in AllowOrigins, or write several expressions")
	case all.empty():
		return problem(CodeExpressionNever, "matches no serialized origin: those are a lower-case scheme and host and a port unless it is the default, with nothing behind, such as %q", "https://app.example.com")
	}
	if c := all.confine(); c.open {
		e.open = e.hostile(all, c, "https", "http")
	}
	c := plain.confine()
	for _, f := range c.hosts {
		if !IsLoopback(f.host) {
			before := plain.before(f.from)
			e.insecure = cmp.Or(e.matching("http://"+f.host, before+f.host, before+f.host+":8080"), before+plain.after(f.from))
			return nil
		}
	}
	if c.open {
		e.insecure = e.hostile(plain, c, "http")
	}
	return nil
}

// hostile returns an origin of a stranger that e matches. It prefers one that
// reads as such.
func (e *Expression) hostile(g *product, c *confinement, schemes ...string) string {
	var candidates []string
	for _, scheme := range schemes {
		if suffix := suffixBelow(strings.TrimPrefix(c.end, ".")); suffix != "" {
			candidates = append(candidates, scheme+"://"+strings.Replace("evil."+suffix, "*", "city", 1))
		}
		for _, label := range []string{"evil", "evil-", "evil.", "evil.example", "203.0.113.66"} {
			candidates = append(candidates, scheme+"://"+label+c.end, scheme+"://"+label+c.end+":8443")
		}
	}
	before, after := g.before(c.via.node), g.after(c.into)
	char := string(c.via.chars.first())
	candidates = append(candidates, before+"evil"+after, before+char+after)
	return cmp.Or(e.matching(candidates...), before+char+after)
}

// matching returns the first candidate that is an origin and that e matches,
// or the empty string.
func (e *Expression) matching(candidates ...string) string {
	for _, s := range candidates {
		if _, ok := Parse(s); ok && e.re.MatchString(s) {
			return s
		}
	}
	return ""
}
