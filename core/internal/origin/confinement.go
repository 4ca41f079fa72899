package origin

import (
	"cmp"
	"regexp/syntax"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// This file decides what a regular expression confines its matches to. It analyses the
// regular expression; it doesn't try samples.
//
// The automaton of the regular expression and the automaton of serialized origins run
// side by side: a path through both is an origin that matches. Hosts are read
// from the end to the left. Where the labels read so far are a registrable
// domain (a public suffix and one label) or lie under one, and no public suffix
// lies below them, everything further left belongs to the same registrant. If
// every host gets there by characters that the regular expression spells out, the
// regular expression is confined. Otherwise somebody else can have an origin that
// matches.

const (
	// maxSteps bounds the analysis of a regular expression. A step takes some tens of
	// nanoseconds.
	maxSteps = 1_000_000
	// maxInstructions bounds the size of a regular expression once its repetitions are
	// written out.
	maxInstructions = 20_000
	// maxSource bounds the length of a regular expression.
	maxSource = 64 << 10
)

// An analysis counts its steps.
type analysis struct{ steps int }

// spend counts n steps, and reports whether the analysis may go on.
func (a *analysis) spend(n int) bool {
	a.steps += n
	return a.steps <= maxSteps
}

// A node is a state of both automata together.
type node struct {
	pc       uint32
	place    place
	wordLast bool // the last character was a word character, for \b
	next     need // the demand of a \b or $ that has been passed on the next character
}

type need uint8

const (
	anything need = iota
	word
	noWord
	theEnd
)

func (n node) state() *state { return &automaton()[n.place.state] }

// An edge joins two nodes, by one of chars or, if there are none, for free.
type edge struct {
	node    int32 // the other node
	spelled bool  // chars are written literally in the regular expression
	chars   charset
}

// A product is the graph of all nodes that a beginning of an origin leads to.
type product struct {
	nodes  []node
	into   [][]edge // that lead to each node
	accept []int32

	ends []int32        // where a host can end, see hostEnds
	tail map[int32]edge // leads on from there to the end of the origin
}

// intersect returns the product of a regular expression and the serialized origins. The
// characters of the regular expression are replaced by runes, as spell does, or not.
func (a *analysis) intersect(prog *syntax.Prog, replaced bool) (*product, bool) {
	g := &product{tail: make(map[int32]edge)}
	ids := make(map[node]int32, 4*len(prog.Inst))
	id := func(n node) int32 {
		i, ok := ids[n]
		if !ok {
			i = int32(len(g.nodes))
			ids[n] = i
			g.nodes, g.into = append(g.nodes, n), append(g.into, nil)
			a.spend(2)
		}
		return i
	}
	link := func(from int32, to node, chars charset, spelled bool) {
		a.spend(2)
		i := id(to)
		g.into[i] = append(g.into[i], edge{from, spelled, chars})
	}
	chars, spelledChars := make([]charset, len(prog.Inst)), make([]charset, len(prog.Inst))
	for pc := range prog.Inst {
		if !a.spend(2) {
			return nil, false
		}
		if inst := &prog.Inst[pc]; replaced {
			chars[pc] = charsOfInst(inst, unspelledBase)
			spelledChars[pc] = charsOfInst(inst, spelledBase)
		} else {
			chars[pc] = charsOfInst(inst, 0)
		}
	}
	wordsMatter := slices.ContainsFunc(prog.Inst, func(inst syntax.Inst) bool {
		return inst.Op == syntax.InstEmptyWidth && syntax.EmptyOp(inst.Arg)&(syntax.EmptyWordBoundary|syntax.EmptyNoWordBoundary) != 0
	})
	id(node{pc: uint32(prog.Start)})
	for i := int32(0); int(i) < len(g.nodes); i++ {
		if !a.spend(1) {
			return nil, false
		}
		n := g.nodes[i]
		inst := &prog.Inst[n.pc]
		switch inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			link(i, node{inst.Out, n.place, n.wordLast, n.next}, 0, false)
			link(i, node{inst.Arg, n.place, n.wordLast, n.next}, 0, false)
		case syntax.InstCapture, syntax.InstNop:
			link(i, node{inst.Out, n.place, n.wordLast, n.next}, 0, false)
		case syntax.InstEmptyWidth:
			if next, ok := n.assert(syntax.EmptyOp(inst.Arg), n.state().begins && n.state().part == inSchemeName); ok {
				link(i, node{inst.Out, n.place, n.wordLast, next}, 0, false)
			}
		case syntax.InstMatch:
			if n.state().accepts(n.place.scheme) && n.next != word {
				g.accept = append(g.accept, i)
			}
		case syntax.InstFail:
		default:
			for _, step := range n.state().steps {
				to := place{step.to, max(n.place.scheme, step.scheme)}
				for _, by := range [...]edge{{chars: chars[n.pc]}, {spelled: true, chars: spelledChars[n.pc]}} {
					by.chars &= step.chars
					if !wordsMatter {
						if by.chars != 0 && n.next == anything {
							link(i, node{inst.Out, to, false, anything}, by.chars, by.spelled)
						}
						continue
					}
					if c := by.chars & wordChars; c != 0 && (n.next == anything || n.next == word) {
						link(i, node{inst.Out, to, true, anything}, c, by.spelled)
					}
					if c := by.chars &^ wordChars; c != 0 && (n.next == anything || n.next == noWord) {
						link(i, node{inst.Out, to, false, anything}, c, by.spelled)
					}
				}
			}
		}
	}
	return g, a.hostEnds(g)
}

// charsOfInst returns the characters whose runes, from base on, inst matches.
func charsOfInst(inst *syntax.Inst, base rune) charset {
	switch inst.Op {
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return charsetOf(func(c byte) bool { return inst.MatchRune(base + rune(c)) })
	}
	return 0
}

// assert returns the demand on the next character after op. An origin has no
// line breaks, so that lines begin and end where the text does.
func (n node) assert(op syntax.EmptyOp, atStart bool) (next need, ok bool) {
	switch op {
	case syntax.EmptyBeginText, syntax.EmptyBeginLine:
		return n.next, atStart
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

// hostEnds finds the nodes at which a host can end: those from which a port, or
// the dot of a fully qualified domain, or nothing leads to the end of a match.
func (a *analysis) hostEnds(g *product) bool {
	seen := make([]bool, len(g.nodes))
	for _, i := range g.accept {
		seen[i] = true
	}
	for queue := slices.Clone(g.accept); len(queue) > 0; queue = queue[1:] {
		i := queue[0]
		s := g.nodes[i].state()
		if s.ends() != noHost && s.ends() != hostNameAndRoot {
			g.ends = append(g.ends, i)
		}
		for _, e := range g.into[i] {
			if !a.spend(1) {
				return false
			}
			if !seen[e.node] && (e.chars == 0 || s.part == inPort || s.ends() == hostNameAndRoot) {
				seen[e.node] = true
				g.tail[e.node] = edge{i, e.spelled, e.chars}
				queue = append(queue, e.node)
			}
		}
	}
	return true
}

// endsOf returns the nodes at which hosts of some kinds end.
func (g *product) endsOf(kinds ...hostKind) []int32 {
	var ends []int32
	for _, i := range g.ends {
		if slices.Contains(kinds, g.nodes[i].state().ends()) {
			ends = append(ends, i)
		}
	}
	return ends
}

// read returns the nodes from which c leads to one of the nodes given, and then
// those that lead there for free.
func (a *analysis) read(g *product, nodes []int32, c charset, onlySpelled bool) []int32 {
	var set []int32
	for _, i := range nodes {
		for _, e := range g.into[i] {
			if !a.spend(1) {
				return nil
			}
			if e.chars&c != 0 && (e.spelled || !onlySpelled) {
				set = append(set, e.node)
			}
		}
	}
	slices.Sort(set)
	return a.free(g, slices.Compact(set))
}

// free adds to a set of nodes those that lead there for free.
func (a *analysis) free(g *product, set []int32) []int32 {
	seen := make(map[int32]bool)
	for _, i := range set {
		seen[i] = true
	}
	for k := 0; k < len(set); k++ {
		a.spend(2)
		for _, e := range g.into[set[k]] {
			if !a.spend(1) {
				return nil
			}
			if e.chars == 0 && !seen[e.node] {
				seen[e.node] = true
				set = append(set, e.node)
			}
		}
	}
	return set
}

// chars returns the characters that lead to the nodes.
func (a *analysis) chars(g *product, nodes []int32, onlySpelled bool) (chars charset) {
	for _, i := range nodes {
		for _, e := range g.into[i] {
			if !a.spend(1) {
				return 0
			}
			if e.spelled || !onlySpelled {
				chars |= e.chars
			}
		}
	}
	return chars
}

// A suffix is the end of a host, and where that leads from: in the regular expression,
// and in the regular expression as far as it is spelled out.
type suffix struct {
	text         string
	all, spelled []int32
}

// A confinement is the result of confine.
type confinement struct {
	domains []string // hosts, and domains with all names under them
	open    bool
	// Where open is set: hosts that end in one of chars and end are not spelled
	// out. If there are no chars, it is the host end that isn't.
	end   string
	chars charset
}

// confine reads the hosts that all holds and compares them with those that spelled
// spells out. If spelled is nil, nothing is spelled out. Since the hosts come from
// the regular expression itself, a mistake of spell can't hide one.
func (a *analysis) confine(all, spelled *product) (confinement, bool) {
	c := confinement{}
	queue := []suffix{{all: all.endsOf(hostName, hostAddress)}}
	if spelled != nil {
		queue[0].spelled = spelled.endsOf(hostName, hostAddress)
	}
	for ; len(queue) > 0 && a.spend(1); queue = queue[1:] {
		s := queue[0]
		chars := a.chars(all, s.all, false)
		var spelledChars charset
		if spelled != nil {
			spelledChars = a.chars(spelled, s.spelled, true)
		}
		if chars&^spelledChars != 0 {
			c.open, c.end, c.chars = true, s.text, chars&^spelledChars
			return c, a.spend(0)
		}
		for ; chars != 0; chars &= chars - 1 {
			if !a.spend(8 + len(s.text)/8) {
				return c, false
			}
			char := chars & -chars
			next := suffix{string(char.first()) + s.text, a.read(all, s.all, char, false), a.read(spelled, s.spelled, char, true)}
			if len(next.text) > maxHost || strings.IndexByte(next.text+".", '.') > maxLabel {
				continue // not an origin
			}
			if !next.stop(a, all, spelled, &c) {
				c.open, c.end, c.chars = true, next.text, 0
				return c, a.spend(0)
			}
			if len(next.all) > 0 {
				queue = append(queue, next)
			}
		}
	}
	return c, a.spend(0)
}

// stop removes the nodes at which the host begins, or further left of which
// everything belongs to one registrant. It reports false if there are some and
// s.text isn't spelled out.
func (s *suffix) stop(a *analysis, all, spelled *product, c *confinement) bool {
	owned, known := false, false
	cut := func(g *product, nodes []int32) (kept []int32, whole, under bool) {
		kept = slices.DeleteFunc(nodes, func(i int32) bool {
			state := g.nodes[i].state()
			if state.afterDot && !known {
				a.spend(20)
				owned, known = isOwned(s.text), true
			}
			atHost, afterDot := state.atHost(), owned && state.afterDot
			whole, under = whole || atHost, under || afterDot
			return atHost || afterDot
		})
		return kept, whole, under
	}
	var whole, under, spelledWhole, spelledUnder bool
	s.all, whole, under = cut(all, s.all)
	s.spelled, spelledWhole, spelledUnder = cut(spelled, s.spelled)
	if !whole && !under {
		return true
	}
	c.domains = append(c.domains, s.text)
	return spelledWhole || spelledUnder
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

// spells reports whether a host, or a domain that it lies under, is spelled out.
func (a *analysis) spells(spelled *product, host string) bool {
	if spelled == nil {
		return false
	}
	host = strings.TrimSuffix(host, ".")
	nodes := spelled.endsOf(hostName, hostAddress, hostPrivate, hostLoopback)
	for i := len(host) - 1; i >= 0 && len(nodes) > 0; i-- {
		nodes = a.read(spelled, nodes, charOf(rune(host[i])), true)
		if slices.ContainsFunc(nodes, func(n int32) bool {
			state := spelled.nodes[n].state()
			return i == 0 && state.atHost() || i > 0 && host[i-1] == '.' && state.afterDot && isOwned(host[i:])
		}) {
			return true
		}
	}
	return false
}

// matches reports whether a text is an origin that matches. It doesn't use
// package regexp, because it couldn't count its steps.
func (a *analysis) matches(g *product, text string) bool {
	if _, ok := Parse(text); !ok {
		return false
	}
	nodes := a.free(g, slices.Clone(g.accept))
	for i := len(text) - 1; i >= 0 && len(nodes) > 0; i-- {
		nodes = a.read(g, nodes, charOf(rune(text[i])), false)
	}
	return slices.Contains(nodes, 0)
}

// shortest returns a shortest origin whose host ends at one of the nodes given. If
// there are chars, the host ends in one of them and end; otherwise it is end, or
// any host if end is empty. The origin is cut before the one of chars. Parse may
// reject it, since the automaton of origins is wider.
func (a *analysis) shortest(g *product, ends []int32, end string, chars charset) (before, after string, ok bool) {
	type point struct {
		node int32
		read int // how many characters of end, and of chars
	}
	type arrival struct {
		from point
		char byte
	}
	last := len(end)
	if chars != 0 {
		last++
	}
	arrivals := make(map[point]arrival)
	var queue []point
	for _, i := range ends {
		p := point{i, 0}
		arrivals[p] = arrival{p, 0}
		queue = append(queue, p)
	}
	for ; len(queue) > 0; queue = queue[1:] {
		p := queue[0]
		state := g.nodes[p.node].state()
		if p.node == 0 && p.read == last {
			var text []byte
			cut := 0
			for arrivals[p].from != p {
				to := arrivals[p]
				if p.read == last && to.from.read < last {
					cut = len(text)
				}
				if to.char != 0 {
					text = append(text, to.char)
				}
				p = to.from
			}
			return string(text[:cut]), string(text[cut:]) + g.tailFrom(p.node), true
		}
		if end != "" && chars == 0 && p.read == last && state.part != inSchemeName && !state.atHost() {
			continue
		}
		for _, e := range g.into[p.node] {
			if !a.spend(3) {
				return "", "", false
			}
			next := point{e.node, p.read}
			var by byte
			if e.chars != 0 {
				allowed := e.chars
				switch {
				case p.read < len(end):
					allowed &= charOf(rune(end[len(end)-1-p.read]))
				case p.read < last:
					allowed &= chars
				}
				if allowed == 0 {
					continue
				}
				by = allowed.first()
				next.read = min(p.read+1, last)
			}
			if _, ok := arrivals[next]; !ok {
				arrivals[next] = arrival{p, by}
				queue = append(queue, next)
			}
		}
	}
	return "", "", false
}

// tailFrom returns the shortest end of an origin after a node at which its host
// ends.
func (g *product) tailFrom(i int32) string {
	var b strings.Builder
	for e, ok := g.tail[i]; ok; e, ok = g.tail[e.node] {
		if e.chars != 0 {
			b.WriteByte(e.chars.first())
		}
	}
	return b.String()
}

// analyse fills in the domains and the examples of e.
func (a *analysis) analyse(e *Regexp) *Error {
	prog, err := syntax.Compile(e.tree.Simplify())
	if err != nil {
		return tooLarge()
	}
	all, ok := a.intersect(prog, false)
	if !ok {
		return tooLarge()
	}
	if len(all.accept) == 0 {
		return problem(CodeRegexpNever, "matches no serialized origin: those are a lower-case scheme and host and a port unless it is the default, with nothing behind, such as %q", "https://app.example.com")
	}
	spelled, ok := a.spelledOut(e.text)
	if !ok {
		return tooLarge()
	}
	c, ok := a.confine(all, spelled)
	if !ok {
		return tooLarge()
	}
	e.domains = c.domains
	if c.open {
		if e.open, ok = a.hostile(e.text, all, spelled, c); !ok {
			return tooLarge()
		}
	}
	if e.insecure, ok = a.insecure(all, c, e.open); !ok {
		return tooLarge()
	}
	return nil
}

// spelledOut returns the product in which edges are marked as spelled out. It is
// nil if literals can't be told from classes, so that nothing counts as spelled
// out. The second result is false if the budget runs out.
func (a *analysis) spelledOut(source string) (*product, bool) {
	replaced, ok := spell(source)
	if !ok {
		return nil, true
	}
	tree, err := syntax.Parse(replaced, syntax.Perl)
	if err != nil {
		return nil, true
	}
	unspellRepeated(tree, false)
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, true
	}
	return a.intersect(prog, true)
}

// hostile returns an origin that matches and whose host is not spelled out,
// preferably one that reads as hostile. It reports false if it finds none, which
// happens where the labels that match are longer than an origin allows.
func (a *analysis) hostile(source string, all, spelled *product, c confinement) (string, bool) {
	var candidates []string
	for _, scheme := range []string{"https", "http"} {
		if suffix := suffixBelow(strings.TrimPrefix(c.end, ".")); suffix != "" {
			candidates = append(candidates, scheme+"://"+strings.Replace("evil."+suffix, "*", "city", 1))
		}
		for _, label := range []string{"evil", "evil-", "evil.", "evil.example", "203.0.113.66", "[2001:db8::66"} {
			candidates = append(candidates, scheme+"://"+label+c.end, scheme+"://"+label+c.end+":8443")
		}
	}
	candidates = append(candidates, looseDots(source)...)
	before, after, ok := a.shortest(all, all.endsOf(hostName, hostAddress), c.end, c.chars)
	if ok {
		if c.chars != 0 {
			for _, filler := range []string{"evil", "evilapp", ".evil.example", "evil.example", "66", ":66", "1::1", strings.Repeat(after[:1], 2)} {
				candidates = append(candidates, before+filler+after[1:])
			}
		}
		candidates = append(candidates, before+after)
		for chars := c.chars; chars != 0; chars &= chars - 1 {
			candidates = append(candidates, before+string(chars.first())+after[1:])
		}
	}
	slices.SortStableFunc(candidates, func(s, t string) int { return cmp.Compare(reality(source, t), reality(source, s)) })
	for _, s := range candidates {
		if o, ok := Parse(s); ok && a.matches(all, s) && !a.spells(spelled, o.Host) {
			return s, a.spend(0)
		}
	}
	return "", false
}

// looseDots returns what a regular expression matches that has one unescaped dot too
// many: its own text with a hyphen in place of that dot.
func looseDots(source string) (candidates []string) {
	const escaped = "\x00"
	text := strings.ReplaceAll(source, `\.`, escaped)
	for i := range len(text) {
		if text[i] == '.' {
			candidates = append(candidates, strings.ReplaceAll(text[:i]+"-"+text[i+1:], escaped, "."))
		}
	}
	return candidates
}

// reality returns 1 for an origin that a stranger could have: an address, or a name
// under a known public suffix that the regular expression doesn't have in its text.
func reality(source, text string) int {
	o, ok := Parse(text)
	if !ok || strings.Contains(strings.ReplaceAll(source, `\.`, "."), o.Host) {
		return 0
	}
	if suffix, known := publicsuffix.PublicSuffix(o.Host); known || strings.Contains(suffix, ".") || suffix == "example" && suffix != o.Host || endsInNumber(o.Host) {
		return 1
	}
	return 0
}

// insecure returns an origin of plain http other than the machine itself that
// matches, or the empty string if there is none. It reports false if there might
// be one that it can't find.
func (a *analysis) insecure(all *product, c confinement, open string) (string, bool) {
	ends := slices.DeleteFunc(all.endsOf(hostName, hostAddress, hostPrivate), func(i int32) bool {
		return all.nodes[i].place.scheme != schemeHTTP
	})
	if len(ends) == 0 {
		return "", true
	}
	candidates := []string{}
	if c.open {
		o, _ := Parse(open)
		o.Scheme = "http"
		candidates = append(candidates, o.String(), "http://"+o.Host, "http://evil"+c.end)
	}
	for _, domain := range c.domains {
		candidates = append(candidates, "http://"+domain, "http://"+domain+":8080", "http://app."+domain)
	}
	if before, after, ok := a.shortest(all, ends, "", 0); ok {
		candidates = append(candidates, before+after)
	}
	for _, s := range candidates {
		o, ok := Parse(s)
		if ok && !IsLoopback(strings.TrimSuffix(o.Host, ".")) && a.matches(all, s) {
			return s, a.spend(0)
		}
	}
	return "", false
}
