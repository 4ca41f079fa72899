package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	cors "github.com/corskit/cors/core"
)

// ParseDjango translates the settings of django-cors-headers in a settings.py,
// or in a part of one, with the defaults of that project for those that are not
// there. It reads assignments of literals, of what is added up from them, and of
// compiled expressions; the package's documentation says what of Python that is.
// It executes nothing, and leaves other settings alone. Where the value of a
// setting is known only when Django runs, it returns an error and guesses
// nothing. It reads up to 1 MiB, with up to 100 brackets within each other.
//
// The Config has been checked as [cors.New] does, except that it may allow no
// origin yet: AllowOriginFunc can be set afterwards. The error, if any, is
// [Errors]; the Notes are returned in either case, and both are in the order of
// the text.
func ParseDjango(source []byte) (cors.Config, []Note, error) {
	l, problem := newLexer(source)
	if problem != nil {
		return cors.Config{}, nil, Errors{problem}
	}
	statements, problem := l.statements()
	if problem != nil {
		return cors.Config{}, nil, Errors{problem}
	}
	work := maxWork
	m := &module{text: l.text, scope: newScope(), work: &work, assigned: make(map[string]assignment)}
	for _, s := range statements {
		m.run(s)
	}
	cfg, notes, errs := readSettings(m.assigned, m.errs)
	notes = append(m.notes, notes...)
	slices.SortStableFunc(notes, func(a, b Note) int { return a.Position.compare(b.Position) })
	slices.SortStableFunc(errs, func(a, b *Error) int { return a.Position.compare(b.Position) })
	if len(errs) > 0 {
		return cors.Config{}, notes, errs
	}
	return cfg, notes, nil
}

func (p Position) compare(q Position) int {
	return cmp.Or(cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column))
}

// A module is what has been read of a settings.py.
type module struct {
	*text
	scope    *scope
	work     *int
	indent   *string // of the first line, and of all that are not in a block
	doubtful bool    // what stands before in the same line is not understood
	assigned map[string]assignment
	notes    []Note
	errs     Errors
}

// run reads a statement: an assignment, an import, or something else, which is
// not understood and must have nothing to do with settings.
func (m *module) run(s statement) {
	if m.indent == nil {
		m.indent = &s.indent
	}
	if s.first {
		m.doubtful = s.indent != *m.indent
	}
	switch first := s.tokens[0]; {
	case m.doubtful:
		m.leave(s)
	case first.kind == aWord && (first.text == "import" || first.text == "from"):
		m.imports(s)
	case !m.assign(s):
		m.doubtful = true
		m.leave(s)
	}
}

// leave takes notice of a statement that is not understood. A setting in it is
// an error, and a variable in it is not known any more.
func (m *module) leave(s statement) {
	for _, t := range s.tokens {
		switch {
		case t.kind != aWord:
		case isSettingName(t.text) && unread[t.text].Done == "":
			m.errs = append(m.errs, m.problem(t.at, t.text, "",
				"stands in a line that is no assignment, or that does not always run, so that its value is known only when Django runs: write %s = and the value, at the beginning of a line and without anything around it", t.text))
			return
		default:
			m.forget(t)
		}
	}
	m.mention(s)
}

// forget notes that the value of a variable, if t is one, is not known any more.
func (m *module) forget(t token) {
	if v, known := m.scope.variables[t.text]; known && v.problem == nil {
		m.spoil(t.text, m.problem(t.at, "", "", "may be changed here, in a line that is not understood: leave that line out, or write an assignment"))
	}
}

// spoil gives a variable a problem in place of a value, and all that name the
// same list or set.
func (m *module) spoil(name string, problem *Error) {
	changed := m.scope.variables[name].value
	for other, v := range m.scope.variables {
		if other == name || (changed.kind == aList || changed.kind == aSet) && v.value.items == changed.items {
			m.scope.variables[other] = variable{problem: problem}
		}
	}
}

// mention notes what decides beside settings.
func (m *module) mention(s statement) {
	for _, t := range s.tokens {
		if t.kind == aWord && t.text == "check_request_enabled" {
			m.notes = append(m.notes, Note{m.position(t.at), t.text, "was left alone: its handlers are Python", "AllowOriginFunc, which is asked where no setting allows the origin"})
		}
	}
}

// imports reads an import. Nothing of another module is known, but for what is
// named in scope.full.
func (m *module) imports(s statement) {
	m.mention(s)
	words := make([]string, len(s.tokens))
	for i, t := range s.tokens {
		words[i] = t.text
	}
	from := ""
	names := s.tokens[1:]
	if i := slices.Index(words, "import"); i > 0 {
		from = strings.Join(words[1:i], "")
		names = s.tokens[i+1:]
	}
	if len(names) > 0 && names[0].is("*") {
		m.notes = append(m.notes, Note{m.position(s.tokens[0].at), from, "is not read, and so are the settings in it", "its CORS_ lines into the same text"})
		return
	}
	for i := 0; i < len(names); i++ {
		if names[i].kind != aWord {
			continue
		}
		full := names[i].text
		for i+2 < len(names) && names[i+1].is(".") {
			full += "." + names[i+2].text
			i += 2
		}
		name, _, _ := strings.Cut(full, ".")
		bound := name
		if from != "" {
			bound = from + "." + full
		}
		at := names[i]
		if i+2 < len(names) && names[i+1].text == "as" {
			i += 2
			name, at = names[i].text, names[i]
			if from == "" {
				bound = full
			}
		}
		m.bind(name, bound, at)
	}
}

// bind gives an imported name what it stands for.
func (m *module) bind(name, bound string, at token) {
	if isSettingName(name) && unread[name].Done == "" {
		m.errs = append(m.errs, m.problem(at.at, name, "", "is imported, and other files are not read: write the line that sets it"))
		return
	}
	delete(m.scope.variables, name)
	m.scope.imported[name] = bound
}

// assign reads an assignment, and reports whether s is one.
func (m *module) assign(s statement) bool {
	var targets []token
	var behind token // a sign of equality
	rest := s.tokens
	for len(rest) > 1 && rest[0].kind == aWord && !slices.Contains(keywords, rest[0].text) {
		equals := 1
		if rest[1].is(":") && len(targets) == 0 {
			equals = annotationEnd(rest)
		}
		if equals == len(rest) {
			return true // an annotation alone sets nothing
		}
		if !rest[equals].is("=") && !(rest[equals].is("+=") && equals == 1 && len(targets) == 0) {
			break
		}
		targets = append(targets, rest[0])
		behind = rest[equals]
		rest = rest[equals+1:]
		if behind.is("+=") {
			m.add(targets[0], behind, m.evaluate(behind, rest))
			return true
		}
	}
	if len(targets) == 0 {
		return false
	}
	v := m.evaluate(behind, rest)
	for _, target := range targets {
		m.set(target, v)
	}
	return true
}

// annotationEnd returns the index of the sign of equality behind a type, or the
// number of tokens.
func annotationEnd(tokens []token) int {
	depth := 0
	for i, t := range tokens {
		switch {
		case t.kind == operator && closing[t.text] != "":
			depth++
		case t.is(")"), t.is("]"), t.is("}"):
			depth--
		case depth == 0 && t.is("="):
			return i
		}
	}
	return len(tokens)
}

// evaluate works out what stands behind a sign of equality.
func (m *module) evaluate(behind token, tokens []token) variable {
	e := &evaluator{text: m.text, tokens: tokens, behind: behind.at, scope: m.scope, work: m.work}
	v, problem := e.whole()
	if problem == nil {
		return variable{value: v}
	}
	// What is not understood may change a list by a method of it.
	for i := 0; i+2 < len(tokens); i++ {
		if tokens[i].kind == aWord && tokens[i+1].is(".") && slices.Contains(mutating, tokens[i+2].text) {
			m.forget(tokens[i])
		}
	}
	return variable{problem: problem}
}

// mutating are the methods that change a list or a set.
var mutating = []string{"add", "append", "clear", "discard", "extend", "insert", "pop", "remove", "reverse", "sort", "update"}

// add does what "+=" does: a list is changed, and with it whatever names it; any
// other value is replaced.
func (m *module) add(target, operator token, v variable) {
	left, known := m.scope.variables[target.text]
	e := &evaluator{text: m.text, work: m.work}
	switch {
	case !known:
		v.problem = m.problem(target.at, "", "", "is added to here, and is not set in this text before: write the line that sets it, too")
	case left.problem != nil:
		v = left
	case v.problem != nil:
	case left.value.kind == aList && v.value.items != nil:
		sum := slices.Concat(*left.value.items, *v.value.items)
		v.problem = e.build(operator, len(sum))
		*left.value.items = sum
		v.value = left.value
	default:
		v.value, v.problem = e.combine(token{text: "+", at: operator.at}, left.value, v.value)
	}
	if known && v.problem != nil {
		m.spoil(target.text, v.problem)
	}
	m.scope.variables[target.text] = v
	if _, assigned := m.assigned[target.text]; !assigned && isSettingName(target.text) {
		m.assigned[target.text] = m.assignment(target)
	}
}

// set gives a name a value. Settings are variables, too.
func (m *module) set(target token, v variable) {
	m.scope.variables[target.text] = v
	if !isSettingName(target.text) {
		return
	}
	if before, twice := m.assigned[target.text]; twice {
		m.notes = append(m.notes, Note{before.at, target.text, fmt.Sprintf("was left alone, since line %d sets it again", m.position(target.at).Line), "it once"})
	}
	m.assigned[target.text] = m.assignment(target)
}

// assignment returns that of a setting, which is read when all statements have
// been.
func (m *module) assignment(target token) assignment {
	return assignment{name: target.text, at: m.position(target.at), read: func(kind settingKind) (value, *Error) {
		v := m.scope.variables[target.text]
		if v.problem != nil {
			named := *v.problem
			named.Name = target.text
			return value{}, &named
		}
		return v.value.as(kind, target.text)
	}}
}
