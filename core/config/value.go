package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	cors "github.com/corskit/cors/core"
)

// This file works out values of Python from how they are written. Nothing is
// executed.

// A value is one of Python's.
type value struct {
	kind   valueKind
	at     Position
	text   string   // of a string or an expression
	flags  string   // of an expression, or by themselves: letters, as in a group
	number int      // of a number
	truth  bool     // of True
	items  *[]value // of a list, tuple or set; variables share the one that they name
}

type valueKind uint8

const (
	aString valueKind = iota
	aNumber
	aFraction
	aBool
	aNone
	aList
	aTuple
	aSet
	anExpression
	someFlags
)

// String returns what v is, as messages say it.
func (v *value) String() string {
	if v.kind == aBool && v.truth {
		return "True"
	}
	return map[valueKind]string{
		aString: "a string", aNumber: "a number", aFraction: "a number with a fraction", aBool: "False", aNone: "None", aList: "a list",
		aTuple: "a tuple", aSet: "a set", anExpression: "a compiled expression", someFlags: "a flag of expressions",
	}[v.kind]
}

// as returns v as a setting's kind wants it, or says why it is none.
func (v value) as(kind settingKind, name string) (value, *Error) {
	var fits bool
	var want string
	switch kind {
	case listOfStrings, listOfExpressions:
		fits, want = v.items != nil, "a list"
		if v.kind == aString {
			want = fmt.Sprintf("a list, such as [%q], since parentheses make no tuple without a comma", v.text)
		}
	case oneExpression:
		fits, want = v.kind == aString || v.kind == anExpression, "an expression, as a string"
	case wholeNumber:
		fits, want = v.kind == aNumber, "a whole number of seconds"
	case trueOrFalse:
		fits, want = v.kind == aBool, "True or False"
	}
	if !fits {
		return v, &Error{Position: v.at, Name: name, Message: "is " + v.String() + ": write " + want}
	}
	if v.items == nil {
		return v, nil
	}
	for i, item := range *v.items {
		if item.kind != aString && !(kind == listOfExpressions && item.kind == anExpression) {
			return v, &Error{Position: item.at, Name: fmt.Sprintf("%s[%d]", name, i), Message: "is " + item.String() + ": write a string"}
		}
	}
	return v, nil
}

// A scope is what names stand for.
type scope struct {
	variables map[string]variable
	// imported are names for modules and for what is in them.
	imported map[string]string
}

// A variable has a value, or a problem that says why it is not known.
type variable struct {
	value   value
	problem *Error
}

// newScope returns a scope as it is where nothing has been imported. What people
// leave out when they copy a few lines is there.
func newScope() *scope {
	return &scope{make(map[string]variable), map[string]string{
		"default_headers": "corsheaders.defaults.default_headers",
		"default_methods": "corsheaders.defaults.default_methods",
	}}
}

// full returns a name with dots as it is without imports.
func (s *scope) full(name string) string {
	first, rest, dotted := strings.Cut(name, ".")
	if module, ok := s.imported[first]; ok {
		first = module
	}
	if dotted {
		return first + "." + rest
	}
	return first
}

// An evaluator works out one value.
type evaluator struct {
	*text
	tokens []token
	at     int
	behind int    // the offset of what the tokens stand behind
	scope  *scope // nil where names stand for nothing
	work   *int   // how much may still be put together
}

// maxWork bounds what is put together: each list counts the number of its
// entries, and each string of several its length in bytes.
const maxWork = 1_000_000

// parseLiteral reads a text that is one literal.
func parseLiteral(data []byte) (value, *Error) {
	l, problem := newLexer(data)
	if problem != nil {
		return value{}, problem
	}
	l.take(" \t\f\n")
	all, problem := l.statements()
	if problem != nil {
		return value{}, problem
	}
	if len(all) != 1 {
		return value{}, l.problem(0, "", "", "this is not one value: write one")
	}
	work := maxWork
	return (&evaluator{text: l.text, tokens: all[0].tokens, work: &work}).whole()
}

// whole reads all tokens as one value.
func (e *evaluator) whole() (value, *Error) {
	items, single, problem := e.items("")
	switch {
	case problem != nil:
		return value{}, problem
	case len(items) == 0 || e.peek().kind != endOfStatement:
		return value{}, e.unexpected()
	case single:
		return items[0], nil
	}
	return e.sequence(aTuple, e.tokens[0], items)
}

// peek returns the next token. The end is where the last one is.
func (e *evaluator) peek() token {
	switch {
	case e.at < len(e.tokens):
		return e.tokens[e.at]
	case e.at > 0:
		return token{at: e.tokens[e.at-1].at}
	}
	return token{at: e.behind}
}

// accept reads an operator, if it comes next.
func (e *evaluator) accept(text string) bool {
	if !e.peek().is(text) {
		return false
	}
	e.at++
	return true
}

// keywords are words that are no names in Python.
var keywords = strings.Fields("False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield")

// unexpected returns the error for what comes next and is not understood.
func (e *evaluator) unexpected() *Error {
	switch t := e.peek(); {
	case t.kind == endOfStatement:
		return e.problem(t.at, "", "", "needs a value behind this: write it")
	case t.kind == operator || slices.Contains(keywords, t.text):
		return e.problem(t.at, "", t.text, "is not worked out here: write the value that comes of it")
	default:
		return e.problem(t.at, "", t.text, "stands where nothing is expected: write the comma, the operator or the quotes that are missing")
	}
}

// items reads values with commas between them, up to a bracket or the end. It
// reports whether it is a single one, without a comma behind it.
func (e *evaluator) items(end string) (items []value, single bool, problem *Error) {
	var starred token
	for single = true; ; single = false {
		t := e.peek()
		if t.kind == endOfStatement || t.is(end) {
			return items, false, nil
		}
		before := len(items)
		star := e.accept("*")
		v, problem := e.value()
		switch {
		case problem != nil:
			return nil, false, problem
		case star && v.items == nil:
			return nil, false, e.problem(t.at, "", "*", "stands before %s: write a list", &v)
		case star:
			starred = t
			items = append(items, *v.items...)
		default:
			items = append(items, v)
		}
		if problem := e.build(t, max(len(items)-before, 1)); problem != nil {
			return nil, false, problem
		}
		if !e.accept(",") {
			break
		}
	}
	if single && starred.text != "" && (end == "" || end == ")") {
		return nil, false, e.problem(starred.at, "", "*", "stands in parentheses, which make no tuple without a comma: write a comma behind it")
	}
	return items, single && starred.text == "", nil
}

// build accounts for something of a length that is put together.
func (e *evaluator) build(at token, length int) *Error {
	if *e.work -= length; *e.work < 0 {
		return e.problem(at.at, "", "", "more is put together here than is worked out: write the value that comes of it")
	}
	return nil
}

// sequence returns a list, tuple or set.
func (e *evaluator) sequence(kind valueKind, from token, items []value) (value, *Error) {
	if problem := e.build(from, len(items)); problem != nil {
		return value{}, problem
	}
	if kind == aSet {
		items = unique(items)
	}
	return value{kind: kind, at: e.position(from.at), items: &items}, nil
}

// unique returns strings, each once, in order.
func unique(items []value) (all []value) {
	seen := make(map[string]bool)
	for _, item := range items {
		if item.kind != aString || !seen[item.text] {
			seen[item.text] = true
			all = append(all, item)
		}
	}
	return all
}

// value reads a value: sums, combined by "|".
func (e *evaluator) value() (value, *Error) {
	left, problem := e.sum()
	for problem == nil && e.peek().is("|") {
		at := e.peek()
		e.at++
		var right value
		right, problem = e.sum()
		switch {
		case problem != nil:
		case left.kind == someFlags && right.kind == someFlags:
			left.flags += right.flags
		default:
			problem = e.notBetween(at, left, right)
		}
	}
	return left, problem
}

func (e *evaluator) sum() (value, *Error) {
	left, problem := e.product()
	for problem == nil && (e.peek().is("+") || e.peek().is("-")) {
		at := e.peek()
		e.at++
		var right value
		if right, problem = e.product(); problem == nil {
			left, problem = e.combine(at, left, right)
		}
	}
	return left, problem
}

func (e *evaluator) product() (value, *Error) {
	left, problem := e.signed()
	for problem == nil && (e.peek().is("*") || e.peek().is("//")) {
		at := e.peek()
		e.at++
		var right value
		if right, problem = e.signed(); problem == nil {
			left, problem = e.combine(at, left, right)
		}
	}
	return left, problem
}

// combine works out an operator between two values: those of arithmetic between
// whole numbers, and "+" between strings, lists and tuples.
func (e *evaluator) combine(at token, left, right value) (value, *Error) {
	switch {
	case left.kind == aNumber && right.kind == aNumber:
		n, complaint := calculate(at.text, int64(left.number), int64(right.number))
		if complaint != "" {
			return left, e.problem(at.at, "", at.text, "%s: write the value that comes of it", complaint)
		}
		left.number = n
		return left, nil
	case at.text != "+" || left.kind != right.kind:
	case left.kind == aString:
		left.text += right.text
		return left, e.build(at, len(left.text))
	case left.kind == aList || left.kind == aTuple:
		sum := slices.Concat(*left.items, *right.items)
		left.items = &sum
		return left, e.build(at, len(sum))
	}
	return left, e.notBetween(at, left, right)
}

func (e *evaluator) notBetween(at token, left, right value) *Error {
	return e.problem(at.at, "", at.text, "is not worked out between %s and %s: write the value that comes of it", &left, &right)
}

// calculate works out an operator between numbers of up to 32 bits.
func calculate(operator string, a, b int64) (n int, complaint string) {
	var result int64
	switch operator {
	case "+":
		result = a + b
	case "-":
		result = a - b
	case "*":
		result = a * b
	case "//":
		if b == 0 {
			return 0, "divides by zero"
		}
		result = a / b
		if a%b != 0 && (a < 0) != (b < 0) {
			result-- // Python rounds down
		}
	}
	if result != int64(int32(result)) {
		return 0, "makes a number of more than 32 bits"
	}
	return int(result), ""
}

func (e *evaluator) signed() (value, *Error) {
	t := e.peek()
	sign := 1
	for e.peek().is("-") || e.peek().is("+") {
		if e.peek().is("-") {
			sign = -sign
		}
		e.at++
	}
	v, problem := e.primary()
	if problem != nil || v.kind != aNumber && !t.is("-") && !t.is("+") {
		return v, problem
	}
	if v.kind != aNumber {
		return v, e.problem(t.at, "", t.text, "is not worked out before %s: write the value that comes of it", &v)
	}
	v.at = e.position(t.at)
	v.number *= sign
	return v, nil
}

// primary reads a literal, a name, or what stands in brackets.
func (e *evaluator) primary() (value, *Error) {
	t := e.peek()
	v := value{at: e.position(t.at)}
	switch {
	case t.kind == quoted:
		return e.strings(v)
	case t.kind == aNumeral:
		e.at++
		return e.number(t, v)
	case t.kind == aWord && t.text == "None":
		v.kind = aNone
	case t.kind == aWord && (t.text == "True" || t.text == "False"):
		v.kind, v.truth = aBool, t.text == "True"
	case t.kind == aWord && e.scope != nil && !slices.Contains(keywords, t.text):
		return e.named()
	case t.kind == operator && closing[t.text] != "":
		return e.bracketed()
	case t.kind == aWord && !slices.Contains(keywords, t.text):
		return v, e.problem(t.at, "", t.text, "is a name, which stands for nothing here: write quotes around it if it is a string")
	default:
		return v, e.unexpected()
	}
	e.at++
	return v, nil
}

// strings reads strings that follow each other, which Python joins.
func (e *evaluator) strings(v value) (value, *Error) {
	for ; e.peek().kind == quoted; e.at++ {
		t := e.peek()
		if t.complaint != "" {
			return v, e.problem(t.at, "", t.text, "%s", t.complaint)
		}
		v.text += t.text
		if problem := e.build(t, len(v.text)); problem != nil {
			return v, problem
		}
	}
	return v, nil
}

var (
	decimal  = regexp.MustCompile(`^(?:0(?:_?0)*|[1-9](?:_?[0-9])*)$`)
	prefixed = regexp.MustCompile(`^0[xXoObB]`)
	fraction = regexp.MustCompile(`[.eE]`)
)

// number reads a number of up to 32 bits.
func (e *evaluator) number(t token, v value) (value, *Error) {
	var n int64
	var err error
	switch {
	case decimal.MatchString(t.text):
		n, err = strconv.ParseInt(strings.ReplaceAll(t.text, "_", ""), 10, 32)
	case prefixed.MatchString(t.text):
		n, err = strconv.ParseInt(t.text, 0, 32)
	case fraction.MatchString(t.text):
		v.kind = aFraction
		return v, nil
	default:
		err = strconv.ErrSyntax
	}
	if err != nil {
		return v, e.problem(t.at, "", t.text, "is no whole number, or has more than 32 bits: write seconds in digits only, such as 86400")
	}
	v.kind, v.number = aNumber, int(n)
	return v, nil
}

// bracketed reads what stands in brackets.
func (e *evaluator) bracketed() (value, *Error) {
	open := e.peek()
	e.at++
	items, single, problem := e.items(closing[open.text])
	switch {
	case problem != nil:
		return value{}, problem
	case !e.accept(closing[open.text]):
		return value{}, e.unexpected()
	case open.text == "[":
		return e.sequence(aList, open, items)
	case open.text == "{" && len(items) == 0:
		return value{}, e.problem(open.at, "", "{}", "is a dictionary to Python: write []")
	case open.text == "{":
		return e.sequence(aSet, open, items)
	case single:
		return items[0], nil
	}
	return e.sequence(aTuple, open, items)
}

// reFlags are the flags of module re, by the letters that groups have for them.
var reFlags = map[string]string{
	"re.A": "a", "re.ASCII": "a", "re.I": "i", "re.IGNORECASE": "i", "re.M": "m", "re.MULTILINE": "m",
	"re.S": "s", "re.DOTALL": "s", "re.U": "", "re.UNICODE": "", "re.NOFLAG": "",
}

// sequences are the types that are called to make one of another.
var sequences = map[string]valueKind{"list": aList, "tuple": aTuple, "set": aSet, "frozenset": aSet}

// named reads a name with dots, or a call of a function that is known.
func (e *evaluator) named() (value, *Error) {
	from := e.peek()
	name := from.text
	e.at++
	for e.peek().is(".") && e.at+1 < len(e.tokens) && e.tokens[e.at+1].kind == aWord {
		name += "." + e.tokens[e.at+1].text
		e.at += 2
	}
	full := e.scope.full(name)
	v, known := e.scope.variables[from.text]
	flags, isFlag := reFlags[full]
	next := e.peek()
	switch {
	case known && v.problem != nil:
		return value{}, e.problem(from.at, "", from.text, "is not known, because of line %d: write its value", v.problem.Line)
	case known && name == from.text && !next.is("(") && !next.is("["):
		return v.value, nil
	case known:
		return value{}, e.problem(from.at, "", name, "is not worked out here: write the value that comes of it")
	case next.is("(") && full == "re.compile":
		return e.compile(from)
	case next.is("(") && sequences[full] != 0:
		return e.converted(full, from)
	case next.is("("), next.is("["), next.is("."):
		return value{}, e.problem(from.at, "", name, "is known only when Django runs: write the value that comes of it")
	case isFlag:
		return value{kind: someFlags, at: e.position(from.at), flags: flags}, nil
	case full == "corsheaders.defaults.default_headers":
		return e.defaults(from, cors.CommonHeaders())
	case full == "corsheaders.defaults.default_methods":
		return e.defaults(from, cors.CommonMethods())
	case full == "re.X", full == "re.VERBOSE":
		return value{}, e.problem(from.at, "", name, "is a flag that RE2 lacks: write the expression without white space and comments, and leave the flag out")
	}
	return value{}, e.problem(from.at, "", name, "is not set in this text: write its value, or put the line that sets it before this one")
}

// defaults returns one of the tuples of corsheaders.defaults.
func (e *evaluator) defaults(from token, names []string) (value, *Error) {
	items := make([]value, len(names))
	for i, name := range names {
		items[i] = value{kind: aString, at: e.position(from.at), text: name}
	}
	return e.sequence(aTuple, from, items)
}

// converted reads the call of a type that makes a sequence of another.
func (e *evaluator) converted(to string, from token) (value, *Error) {
	e.at++
	items, _, problem := e.items(")")
	switch {
	case problem != nil:
		return value{}, problem
	case !e.accept(")"):
		return value{}, e.unexpected()
	case len(items) == 0:
	case len(items) > 1 || items[0].items == nil:
		return value{}, e.problem(from.at, "", to, "is called with something other than one list: write the value that comes of it")
	default:
		items = slices.Clone(*items[0].items)
	}
	return e.sequence(sequences[to], from, items)
}

// compile reads the call of re.compile: an expression, and perhaps flags.
func (e *evaluator) compile(from token) (value, *Error) {
	e.at++
	v, problem := e.value()
	if problem != nil {
		return value{}, problem
	}
	if v.kind != aString {
		return value{}, e.problem(from.at, "", "re.compile", "is called with %s: write the expression as a string", &v)
	}
	v.kind = anExpression
	if e.accept(",") && !e.peek().is(")") {
		if t := e.peek(); t.kind == aWord && t.text == "flags" && e.at+1 < len(e.tokens) && e.tokens[e.at+1].is("=") {
			e.at += 2
		}
		at := e.peek()
		flags, problem := e.value()
		if problem != nil {
			return value{}, problem
		}
		if flags.kind != someFlags {
			return value{}, e.problem(at.at, "", "", "a flag belongs here, and this is %s: write one such as re.IGNORECASE", &flags)
		}
		v.flags = flags.flags
		e.accept(",")
	}
	if !e.accept(")") {
		return value{}, e.unexpected()
	}
	return v, nil
}
