package config

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

func TestTranslate(t *testing.T) {
	tests := []struct {
		title, python string
		want          translation
	}{
		{"what both languages write alike is copied", `^https://[a-z0-9-]+\.example\.com$`, translation{re2: `^https://[a-z0-9-]+\.example\.com$`}},
		{`a regular expression without "$" is open`, `^https://[a-z]+\.example\.com`, translation{re2: `^https://[a-z]+\.example\.com`, open: true}},
		{`one that ends in ".*" isn't`, `^/api/.*`, translation{re2: `^/api/.*`}},
		{`one that ends in ".+" is, since a line break ends it`, `.+`, translation{re2: `.+`, open: true}},
		{"one alternative that isn't open doesn't close the other", `a$|b`, translation{re2: `a$|b`, open: true, choice: true}},
		{"alternatives in a group aren't a choice", `(?:a$|b\Z)`, translation{re2: `(?:a$|b\z)`}},
		{`a bracket in a set isn't a group`, `[(]|a$`, translation{re2: `[(]|a$`, open: true, choice: true}},
		{"a group at the end can close it", `(a$)`, translation{re2: `(a$)`}},
		{`"$" closes it in multi-line mode, too`, `(?m)a$`, translation{re2: `(?m)a$`}},
		{`\Z is \z in RE2`, `a\Z`, translation{re2: `a\z`}},
		{"a repetition gets its lower bound", `a{,3}$`, translation{re2: `a{0,3}$`}},
		{"a repetition without bounds gets one", `a{,}$`, translation{re2: `a{0,}$`}},
		{"a repetition loses leading zeros", `a{007}b{00,010}$`, translation{re2: `a{7}b{0,10}$`}},
		{"braces that aren't a repetition stay", `a{}b{x}[{,3}]$`, translation{re2: `a{}b{x}[{,3}]$`}},
		{"what RE2 takes for a named set is a set and a bracket", `[[:alpha:]]$`, translation{re2: `[\[:alpha:]]$`}},
		{"a bracket that begins a set is a member", `[]a{,2}[]x{,2}$`, translation{re2: `[]a{,2}\[]x{0,2}$`}},
		{"the flag for Unicode is Python's default", `(?iu)a$`, translation{re2: `(?i)a$`}},
		{"the command's flags come before others", `(?u)(?i)a$`, translation{re2: `(?i)a$`}},
		{`\w matches Unicode in Python`, `\w$`, translation{re2: `\w$`, unicode: true}},
		{`\d in a set does`, `[\d]$`, translation{re2: `[\d]$`, unicode: true}},
		{`\w doesn't with the flag for ASCII`, `(?a)\w\W$`, translation{re2: `\w\W$`}},
		{`\W matches more in RE2`, `\W$`, translation{re2: `\W$`, wider: `\W`}},
		{`\b can match more`, `\ba$`, translation{re2: `\ba$`, wider: `\b`}},
		{`\s in a negated set matches more`, `[^a\s]$`, translation{re2: `[^a\s]$`, wider: `\s`}},
		{`\s after a negated set doesn't`, `[^a]\s[\s]$`, translation{re2: `[^a]\s[\s]$`, unicode: true}},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			got, err := translate(test.python)
			if err != nil {
				t.Fatal(err)
			}
			if *got != test.want {
				t.Errorf("%s becomes %+v, want %+v", test.python, *got, test.want)
			}
		})
	}
}

// refused are the regular expressions that translate refuses, with its error.
var refused = []struct{ title, python, want string }{
	{"a look-ahead", `a(?=b)`, `RE2 has no "(?="; write what is allowed without it`},
	{"a negative look-ahead", `^(?!admin\.)`, `RE2 has no "(?!"; write what is allowed without it`},
	{"a look-behind", `(?<=a)b`, `RE2 has no "(?<="; write what is allowed without it`},
	{"a negative look-behind", `ä(?<!a)b`, `RE2 has no "(?<!"; write what is allowed without it`},
	{"a named back-reference", `(?P<n>a)(?P=n)`, `RE2 has no "(?P="; write what is allowed without it`},
	{"a back-reference", `(a)\1`, `RE2 has no back-references such as "\\1"; write out the alternatives`},
	{"a back-reference that RE2 takes for an octal number", strings.Repeat(`(a)`, 12) + `\12`, `RE2 has no back-references such as "\\1"`},
	{"a conditional group", `(a)?(?(1)b|c)`, `RE2 has no "(?("; write what is allowed without it`},
	{"an atomic group", `(?>a*)b`, `RE2 has no "(?>"; write what is allowed without it`},
	{"a comment", `a(?#b)`, `RE2 has no "(?#"; write what is allowed without it`},
	{"a group with another set of characters", `(?a:\w)`, `RE2 has no "(?a:"; write what is allowed without it`},
	{"a possessive quantifier", `a*+b`, "RE2 doesn't accept \"*+\" (invalid nested repetition operator); https://github.com/google/re2/wiki/Syntax says what to write"},
	{"a possessive repetition", `a{,2}+`, `RE2 doesn't accept "{0,2}+" (invalid nested repetition operator)`},
	{"a verbose regular expression", `(?x) a # b`, "RE2 has no verbose regular expressions; write it without white space and comments, and remove the flag x (re.VERBOSE)"},
	{"a verbose one with more flags", `(?iux)a`, "RE2 has no verbose regular expressions; "},
	{"a verbose group", `(?x:a)`, `RE2 has no "(?x:"`},
	{"a flag for bytes", `(?L)a`, `"(?L)" isn't allowed here in Python; put flags first, as one of (?a), (?i), (?m), (?s) and (?u)`},
	{"a flag of RE2", `(?U)a*`, `"(?U)" isn't allowed here in Python`},
	{"flags in the middle, which older Pythons apply to all of it", `a(?i)b`, `"(?i)" isn't allowed here in Python`},
	{"flags in a group", `((?i)b)`, `"(?i)" isn't allowed here in Python`},
	{"flags after a letter that is one, too", `m(?i)b`, `"(?i)" isn't allowed here in Python`},
	{"a named group of RE2", `(?<n>a)`, `RE2 has no "(?<"`},
	{"a named character", `\N{DIGIT ONE}`, "RE2 doesn't accept \"\\\\N\" (invalid escape sequence)"},
	{"an escape of RE2 for a class", `\pL`, `"\\p" isn't an escape in Python; write the characters that it stands for`},
	{"an escape of RE2 for a class in a set", `[\PL]`, `"\\P" isn't an escape in Python`},
	{"an escape of RE2 that quotes", `a\Q.\E`, `"\\Q" isn't an escape in Python`},
	{"an escape of RE2 with braces", `\x{41}`, `"\\x{" isn't an escape in Python`},
	{"the end of the text in a set", `[\Z]`, "RE2 doesn't accept \"\\\\Z\" (invalid escape sequence)"},
	{"an escape with four digits", `\u20ac`, "RE2 doesn't accept \"\\\\u\" (invalid escape sequence)"},
	{"a backslash at the end", `a\`, "RE2 doesn't accept \"\" (trailing backslash at end of expression)"},
	{"a set that doesn't end", `a[b`, "RE2 doesn't accept \"[b\" (missing closing ])"},
	{"a set that seems to end", `[]`, "RE2 doesn't accept \"[]\" (missing closing ])"},
	{"a range from higher to lower", `[b-a]`, "RE2 doesn't accept \"b-a\" (invalid character class range)"},
	{"a group that doesn't end", `(`, "RE2 doesn't accept \"(\" (missing closing ))"},
	{"a group that ends twice", `a)`, "RE2 doesn't accept \"a)\" (unexpected ))"},
	{"a repetition of nothing", `*`, "RE2 doesn't accept \"*\" (missing argument to repetition operator)"},
	{"a repetition of nothing with a bound", `{,2}`, "RE2 doesn't accept \"{0,2}\" (missing argument to repetition operator)"},
	{"more repetitions than RE2 allows", `a{1001}`, "RE2 doesn't accept \"{1001}\" (invalid repeat count)"},
	{"a byte that isn't UTF-8", "a\xff", "RE2 doesn't accept \"\\xff\" (invalid UTF-8)"},
}

func TestTranslateRefuses(t *testing.T) {
	for _, test := range refused {
		t.Run(test.title, func(t *testing.T) {
			got, err := translate(test.python)
			if err == nil {
				t.Errorf("%s becomes %s", test.python, got.re2)
			} else if !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("%s: got\n%v, want\n%s", test.python, err, test.want)
			}
		})
	}
}

// common are regular expressions of Python that have a translation.
var common = []string{
	`^https://\w+\.example\.com$`, `^https://\w+\.example\.com`, `https?://(www\.)?example\.com(:\d+)?$`, `^https:\/\/\w+--x\.app$`, `a|b`, `(a|b)$`, `^a$|^b$`, `^a$|b`, ``, `^`, `$`, `^$`, `.*`, `a.*`, `a.*?`, `a.+`,
	`(?i)ABC`, `(?i:a)B`, `(?s).`, `(?s:.)b`, `(?m)^a$`, `(?a)\w`, `(?u)\w`, `(?a)\W`, `(?ai)a`, `(?-i:a)`, `(?i)(?s)a`, `(?:a|b)c`, `(?P<n>a)b`, `(?P<first_1>a)(?P<second>b)`,
	`a{2}`, `a{2,}`, `a{,2}b`, `a{0,2}b`, `a{,}b`, `a{1,2}?b`, `a{01}b`, `a{00,02}b`, `a{`, `a{}`, `a{x}`, `a{1,x}`, `a{1`, `{`, `a{,`, `a{1,2,3}`, `}`, `a}`, `]`, `a]`, `a*?b`, `a+?b`, `a??b`,
	`[abc]`, `[^abc]`, `[a-c]`, `[a-]`, `[-a]`, `[^-a]`, `[]a]`, `[^]a]`, `[a\]b]`, `[\w.-]`, `[\w-]`, `[a-c-e]`, `[a\-c]`, `[\d\s]`, `[^\W_]`, `[[]`, `[[:alpha:]]`, `[a[b]`, `[\[\]]`, `[\[:a:]`, `[\n\t]`, `[\x41-\x43]`, `[\0]`, `[\^a]`, `[a^]`, `[.]`, `[$]`, `[(]`, `[\\]`, `[\-a]`, `[+--]`, `[!-~]`, `[ä-ü]`, `[a&&b]`, `[a||b]`, `[{}]`, `[{,2}]`, `[a[^b]`, `[]-a]`,
	`\Aa\Z`, `a\Z`, `(a\Z|b)`, `\ba\b`, `a\Bb`, `\d\D\s\S\w\W`, `\x41`, `\0`, `\07`, `\012`, `\.\-\/\:\ \"\'\#\@\!\%\&\,\;\<\=\>\~` + "\\`" + `\_`, `\a\f\n\r\t\v`, `\\`, `ä+`, `\$`, `\^`, `\{`, `\(a\)`, `\[a]`, `a\|b`, "a\nb", "a\tb", `a b`, `#a`, `()`, `(|a)b`, `a||b`, `(a)(b)(c)`, `((a))`, `(a*)*b`, `(?:a{2}){2}`, `a{20}`,
}

// texts are matched against them.
var texts = []string{
	"", "a", "b", "c", "ab", "ac", "abc", "aab", "aaab", "ba", "A", "AB", "ABC", "aB", "B", "-", "_", ".", "a.b", "a-b", "a_b", "]", "[", "[a", ":]", "a]", "}", "{", "a{", "a{}", "a{x}", "a{1,x}", "a{1", "a{,", "a{1,2,3}", "a}",
	"https://a.example.com", "https://a.example.com.evil.org", "http://www.example.com:80", "https://x--x.app", "0", "1", "7", "9", "\x00", "\x01", "\x07", "\b", "\n", "\t", "\v", "a\nb", "a\tb", "a b", "#a", "\\", "ä", "ö", "ää", "٣", "\u00a0", "+", ",", "^", "^a", "$", "$a", "(a)", "(", "a|b", "|", "&", "~", "!",
	".-/: \"'#@!%&,;<=>~`_", "\a\f\n\r\t\v", "A1", "1a .a-", "0a\t a-", strings.Repeat("a", 20), "aaaa", "aa", "CA",
}

func TestTranslationsMatchAsInPython(t *testing.T) {
	if n := matchesPython(t, common); n != len(common) {
		for _, s := range common {
			if _, err := translate(s); err != nil {
				t.Errorf("%s: %v", s, err)
			}
		}
		t.Errorf("%d regular expressions were compared, want %d", n, len(common))
	}
}

// Random regular expressions, put together from pieces.
func TestRandomTranslationsMatchAsInPython(t *testing.T) {
	pieces := []string{
		"a", "b", "c", ".", "^", "$", "|", "(", ")", "(?:", "(?i:", "(?P<n>", "(?#x)", "[", "]", "[^", "[]", "-", "*", "+", "?", "{2}", "{,2}", "{1,}", "{", "}", ",", `\d`, `\w`, `\s`, `\W`, `\b`, `\Z`, `\A`,
		`\.`, `\-`, `\]`, `\[`, `\\`, `\x41`, `\101`, `\0`, `\1`, `\n`, `[a-c]`, `[^a-b]`, `(a|b)`, `a*`, `b?`, `.*`, "ä", "(?s:", "(?-i:", "(?i)", ":", "1",
	}
	random := rand.New(rand.NewPCG(3, 4))
	var regexps []string
	for range 4000 {
		var b strings.Builder
		if random.IntN(8) == 0 {
			b.WriteString([]string{"(?i)", "(?s)", "(?m)", "(?is)", "(?a)"}[random.IntN(5)])
		}
		for range 1 + random.IntN(7) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		regexps = append(regexps, b.String())
	}
	n := matchesPython(t, regexps)
	t.Logf("%d regular expressions were compared", n)
	if n < len(regexps)/4 {
		t.Errorf("%d regular expressions of %d were compared", n, len(regexps))
	}
}

// matchesPython compares what Python's re.match finds with what translations
// match. It returns the number of regular expressions that both accept.
func matchesPython(t *testing.T, regexps []string) (compared int) {
	t.Helper()
	var matches [][]bool // nil for what Python refuses
	askPython(t, `
import json, re, sys

def match(pattern):
    try:
        return [re.match(pattern, text) is not None for text in question["texts"]]
    except re.error:
        return None

question = json.load(sys.stdin)
print(json.dumps([match(pattern) for pattern in question["regexps"]]))
`, map[string]any{"regexps": regexps, "texts": texts}, &matches)
	for i, s := range regexps {
		translated, err := translate(s)
		if err != nil || matches[i] == nil {
			continue
		}
		compared++
		prefix := regexp.MustCompile(`\A(?:` + translated.re2 + `)`)
		whole := regexp.MustCompile(`\A(?:` + translated.re2 + `)\z`)
		for k, text := range texts {
			got, want := prefix.MatchString(text), matches[i][k]
			ascii := !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII || r == '\v' }) // \s is without \v in RE2
			switch {
			case translated.wider != "" && !ascii:
			case translated.unicode && !ascii && !got:
			case strings.Contains(s, "$") && strings.HasSuffix(text, "\n") && !got: // Python's "$" matches before it
			case got != want:
				t.Errorf("%q becomes %q, which matches %q: %v, and in Python: %v", s, translated.re2, text, got, want)
			case !translated.open && !strings.Contains(text, "\n") && got != whole.MatchString(text):
				t.Errorf("%q is open for %q", s, text)
			}
		}
	}
	return compared
}

// askPython runs a Python program that reads a question and prints the answer.
func askPython(t *testing.T, program string, question, answer any) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		const message = "python3 is not installed: install the Debian package python3"
		if os.Getenv("CI") != "" {
			t.Fatal(message)
		}
		t.Skip(message)
	}
	text, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(python, "-W", "ignore", "-c", program)
	command.Stdin = strings.NewReader(string(text))
	out, err := command.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		t.Fatalf("%v: %s", err, exit.Stderr)
	}
	if err == nil {
		err = json.Unmarshal(out, answer)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func FuzzTranslate(f *testing.F) {
	for _, s := range common {
		f.Add(s)
	}
	for _, test := range refused {
		f.Add(test.python)
	}
	f.Fuzz(func(t *testing.T, python string) {
		translated, err := translate(python)
		if err != nil {
			return
		}
		if _, err := regexp.Compile(translated.append(".*")); err != nil {
			t.Errorf("%q becomes %q: %v", python, translated.re2, err)
		}
	})
}
