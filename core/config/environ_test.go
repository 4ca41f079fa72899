package config_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/config"
)

// defaults returns the Config for no variable at all, changed.
func defaults(change func(*cors.Config)) cors.Config {
	cfg := cors.Config{MaxAge: 7200}
	change(&cfg)
	return cfg
}

func allowing(origins ...string) cors.Config {
	return defaults(func(c *cors.Config) { c.AllowOrigins = origins })
}

func matching(expressions ...string) cors.Config {
	return defaults(func(c *cors.Config) { c.AllowOriginRegexps = expressions })
}

func onPaths(expressions ...string) cors.Config {
	return defaults(func(c *cors.Config) { c.AllowOrigins, c.PathRegexps = []string{app}, expressions })
}

const allowsApp = "CORS_ALLOWED_ORIGINS=" + app

// A row of TestParseEnvironReads says what comes of variables. Notes begin with
// the words that are given.
type environRow struct {
	title     string
	variables []string
	want      cors.Config
	notes     []string
}

func TestParseEnvironWithoutOrigins(t *testing.T) {
	for name, variables := range map[string][]string{"nothing": nil, "an empty list": {"CORS_ALLOWED_ORIGINS="}, "not every origin": {"CORS_ALLOW_ALL_ORIGINS=false"}} {
		t.Run(name, func(t *testing.T) {
			cfg, notes, err := config.ParseEnviron(variables)
			if !errors.Is(err, config.ErrNoOrigins) || !strings.HasSuffix(err.Error(), "as in CORS_ALLOWED_ORIGINS='https://app.example.com'") {
				t.Errorf("the error is %v", err)
			}
			if want := defaults(func(*cors.Config) {}); !reflect.DeepEqual(cfg, want) || len(notes) > 0 {
				t.Errorf("got %+v and %v, want %+v", cfg, notes, want)
			}
		})
	}
	if _, _, err := config.ParseEnviron([]string{"CORS_PREFLIGHT_MAX_AGE=x"}); err == nil || errors.Is(err, config.ErrNoOrigins) {
		t.Errorf("another error is hidden: %v", err)
	}
}

func TestParseEnvironReads(t *testing.T) {
	with := func(change func(*cors.Config)) cors.Config {
		return defaults(func(c *cors.Config) { c.AllowOrigins = []string{app}; change(c) })
	}
	const a, b = "https://a.example", "https://b.example"
	tests := []environRow{
		{"variables of others", []string{"PATH=/bin", "DJANGO_CORS_ALLOWED_ORIGINS=x", "=C:=x", "CORS", "X_CORS_Y=1", allowsApp}, allowing(app), nil},

		{"an origin", []string{allowsApp}, allowing(app), nil},
		{"origins between commas", []string{"CORS_ALLOWED_ORIGINS=" + a + "," + b}, allowing(a, b), nil},
		{"white space around entries", []string{"CORS_ALLOWED_ORIGINS= " + a + " ,\t" + b + " "}, allowing(a, b), nil},
		{"a comma too many", []string{"CORS_ALLOWED_ORIGINS=," + a + ",," + b + ","}, allowing(a, b), nil},
		{"origins in lines", []string{"CORS_ALLOWED_ORIGINS=\n" + a + "\r\n  " + b + "\n"}, allowing(a, b), nil},
		{"origins between commas and in lines", []string{"CORS_ALLOWED_ORIGINS=" + a + ",\n" + b}, allowing(a, b), nil},
		{"a list of JSON", []string{`CORS_ALLOWED_ORIGINS=["https://a.example", "https:\/\/b.example"]`}, allowing(a, b), nil},
		{"the opaque origin", []string{"CORS_ALLOWED_ORIGINS=null," + a}, allowing("null", a), nil},
		{"an empty list, and another way to allow an origin", []string{"CORS_ALLOWED_ORIGINS=", `CORS_ALLOWED_ORIGIN_REGEXES=https://a\.example$`}, matching(`https://a\.example$`), nil},
		{"empty lists of JSON", []string{allowsApp, "CORS_ALLOW_METHODS=[]", "CORS_ALLOW_HEADERS=[ ]"}, with(func(c *cors.Config) { c.AllowMethods, c.AllowHeaders = []string{}, []string{} }), nil},
		{"a pattern", []string{"CORS_ALLOWED_ORIGINS=https://*.example.org"}, allowing("https://*.example.org"), []string{`CORS_ALLOWED_ORIGINS[0] "https://*.example.org": is a pattern here, whereas django-cors-headers compares it literally and so allows nothing; list the origins if you don't mean a pattern`}},

		{"an expression", []string{`CORS_ALLOWED_ORIGIN_REGEXES=^https://\w+\.example\.com$`}, matching(`^https://\w+\.example\.com$`), nil},
		{"an expression with a comma in braces", []string{`CORS_ALLOWED_ORIGIN_REGEXES=^https://\w{1,3}\.example\.com$`}, matching(`^https://\w{1,3}\.example\.com$`), nil},
		{"expressions between commas", []string{`CORS_ALLOWED_ORIGIN_REGEXES=^https://[a,]{1,3}(b,)?\.example\.com$, ^https://[^],]\,?\.example\.com$`}, matching(`^https://[a,]{1,3}(b,)?\.example\.com$`, `^https://[^],]\,?\.example\.com$`), nil},
		{"expressions in lines", []string{"CORS_ALLOWED_ORIGIN_REGEXES=^https://(a|b)\\.example$\n(c|d)://e\\.example$\n"}, matching(`^https://(a|b)\.example$`, `(c|d)://e\.example$`), nil},
		{"expressions as a list of JSON", []string{`CORS_ALLOWED_ORIGIN_REGEXES=["^https://\\w+\\.example\\.com$", "https://a\\.example$"]`}, matching(`^https://\w+\.example\.com$`, `https://a\.example$`), nil},
		{"an expression in parentheses", []string{`CORS_ALLOWED_ORIGIN_REGEXES=(https://a\.example|https://b\.example)$`}, matching(`(https://a\.example|https://b\.example)$`), nil},
		{"an expression that begins with a letter in parentheses", []string{`CORS_ALLOWED_ORIGIN_REGEXES=(h)ttps://a\.example$`}, matching(`(h)ttps://a\.example$`), nil},
		{"an expression in brackets", []string{`CORS_ALLOWED_ORIGIN_REGEXES=[h]ttps://a\.example$`}, matching(`[h]ttps://a\.example$`), nil},
		{"an expression that does not say where the origin ends", []string{`CORS_ALLOWED_ORIGIN_REGEXES=^https://\w+\.example\.com`}, matching(`^https://\w+\.example\.com`), []string{
			"CORS_ALLOWED_ORIGIN_REGEXES[0] \"^https://\\\\w+\\\\.example\\\\.com\": is matched against the whole origin here, whereas django-cors-headers lets anything follow, such as \".attacker.example\"; write `^https://\\w+\\.example\\.com$`, or `^https://\\w+\\.example\\.com(:\\d+)?$` if you mean any port",
		}},
		{"alternatives of which one does not say where the origin ends", []string{`CORS_ALLOWED_ORIGIN_REGEXES=^https://a\.example|https://b\.example$`}, matching(`^https://a\.example|https://b\.example$`), []string{
			"CORS_ALLOWED_ORIGIN_REGEXES[0] \"^https://a\\\\.example|https://b\\\\.example$\": is matched against the whole origin here, whereas django-cors-headers lets anything follow, such as \".attacker.example\"; write `(?:^https://a\\.example|https://b\\.example$)$`, or `(?:^https://a\\.example|https://b\\.example$)(:\\d+)?$` if you mean any port",
		}},
		{"what is written differently in Python", []string{`CORS_ALLOWED_ORIGIN_REGEXES=https://\w{,3}\.example\.com\Z`}, matching(`https://\w{0,3}\.example\.com\z`), nil},

		{"every origin", []string{"CORS_ALLOW_ALL_ORIGINS=True"}, allowing("*"), nil},
		{"not every origin", []string{"CORS_ALLOW_ALL_ORIGINS=False", allowsApp}, allowing(app), nil},
		{"every origin beside some", []string{"CORS_ALLOW_ALL_ORIGINS=1", "CORS_ALLOWED_ORIGINS=nonsense", "CORS_ORIGIN_REGEX_WHITELIST=("}, allowing("*"), []string{
			"CORS_ORIGIN_REGEX_WHITELIST is read as CORS_ALLOWED_ORIGIN_REGEXES",
			"CORS_ALLOWED_ORIGINS is ignored, since CORS_ALLOW_ALL_ORIGINS allows every origin; write one of them only",
			"CORS_ORIGIN_REGEX_WHITELIST is ignored, since CORS_ALLOW_ALL_ORIGINS allows every origin",
		}},

		{"paths", []string{allowsApp, "CORS_URLS_REGEX=^/api/.*$"}, onPaths("^/api/.*$"), nil},
		{"the beginning of paths", []string{allowsApp, "CORS_URLS_REGEX=^/api/"}, onPaths("^/api/.*"), nil},
		{"one path", []string{allowsApp, "CORS_URLS_REGEX=/api$"}, onPaths("/api$"), nil},
		{"the root alone", []string{allowsApp, "CORS_URLS_REGEX=^/$"}, onPaths("^/$"), nil},
		{"no path", []string{allowsApp, "CORS_URLS_REGEX=^$"}, onPaths("^$"), nil},
		{"beginnings of paths, with commas and alternatives", []string{allowsApp, "CORS_URLS_REGEX=^/a,b|^/c"}, onPaths("(?:^/a,b|^/c).*"), nil},
		{"beginnings of paths with alternatives in a group", []string{allowsApp, "CORS_URLS_REGEX=^/(a|b)/"}, onPaths("^/(a|b)/.*"), nil},
		{"a path in quotes and brackets", []string{allowsApp, `CORS_URLS_REGEX=["']/x$`}, onPaths(`["']/x$`), nil},
		{"paths that Unicode can be in", []string{allowsApp, `CORS_URLS_REGEX=^/\w+/`}, onPaths(`^/\w+/.*`), []string{`CORS_URLS_REGEX "^/\\w+/": \d, \s and \w match ASCII only here, and all of Unicode in Python; write classes such as [\pL\p{Nd}_] into PathRegexps`}},
		{"paths of ASCII", []string{allowsApp, `CORS_URLS_REGEX=(?a)^/\w+/`}, onPaths(`^/\w+/.*`), nil},

		{"methods and headers", []string{allowsApp, "CORS_ALLOW_METHODS=GET,PUT", "CORS_ALLOW_HEADERS=x-a", "CORS_EXPOSE_HEADERS=X-B,X-C"}, with(func(c *cors.Config) {
			c.AllowMethods, c.AllowHeaders, c.ExposeHeaders = []string{"GET", "PUT"}, []string{"x-a"}, []string{"X-B", "X-C"}
		}), nil},
		{"no methods and headers", []string{allowsApp, "CORS_ALLOW_METHODS=", "CORS_ALLOW_HEADERS=  ", "CORS_EXPOSE_HEADERS="}, with(func(c *cors.Config) { c.AllowMethods, c.AllowHeaders = []string{}, []string{} }), nil},
		{"headers that browsers set, as in older defaults", []string{allowsApp, "CORS_ALLOW_HEADERS=accept,Accept-Encoding,dnt,x-a,origin"}, with(func(c *cors.Config) { c.AllowHeaders = []string{"accept", "x-a"} }), []string{
			`CORS_ALLOW_HEADERS is read without "Accept-Encoding", "dnt", "origin", which browsers set and scripts can't; remove them`,
		}},
		{"all methods and headers", []string{allowsApp, "CORS_ALLOW_METHODS=*", "CORS_ALLOW_HEADERS=*"}, with(func(c *cors.Config) { c.AllowMethods, c.AllowHeaders = []string{"*"}, []string{"*"} }), nil},
		{"all methods and headers with credentials", []string{allowsApp, "CORS_ALLOW_METHODS=*", "CORS_ALLOWED_HEADERS=*", "CORS_ALLOW_CREDENTIALS=true"}, with(func(c *cors.Config) {
			c.AllowMethods, c.AllowHeaders, c.AllowCredentials = []string{"*"}, []string{"*"}, true
		}), []string{"CORS_ALLOWED_HEADERS is read as", `CORS_ALLOW_METHODS[0] "*": allows everything here, whereas django-cors-headers sends it as it is, and with credentials browsers then allow nothing`, `CORS_ALLOWED_HEADERS[0] "*": allows everything here`}},

		{"an age", []string{allowsApp, "CORS_PREFLIGHT_MAX_AGE= 600 "}, with(func(c *cors.Config) { c.MaxAge = 600 }), nil},
		{"no caching", []string{allowsApp, "CORS_PREFLIGHT_MAX_AGE=0"}, with(func(c *cors.Config) { c.MaxAge = -1 }), nil},
		{"credentials and private networks", []string{allowsApp, "CORS_ALLOW_CREDENTIALS=yes", "CORS_ALLOW_PRIVATE_NETWORK=on"}, with(func(c *cors.Config) { c.AllowCredentials, c.AllowPrivateNetwork = true, true }), nil},
		{"a risk", []string{"CORS_ALLOW_ALL_ORIGINS=true", "CORS_ALLOW_CREDENTIALS=true", "CORS_ACCEPT_RISKS=any-origin-with-credentials"}, defaults(func(c *cors.Config) {
			c.AllowOrigins, c.AllowCredentials, c.AcceptRisks = []string{"*"}, true, []cors.Risk{cors.RiskAnyOriginWithCredentials}
		}), nil},

		{"older names", []string{"CORS_ORIGIN_WHITELIST=" + a, `CORS_ORIGIN_REGEX_WHITELIST=https://b\.example$`, "CORS_ORIGIN_ALLOW_ALL=false"}, defaults(func(c *cors.Config) {
			c.AllowOrigins, c.AllowOriginRegexps = []string{a}, []string{`https://b\.example$`}
		}), []string{
			"CORS_ORIGIN_WHITELIST is read as CORS_ALLOWED_ORIGINS, its name since django-cors-headers 3.5; write CORS_ALLOWED_ORIGINS",
			"CORS_ORIGIN_REGEX_WHITELIST is read as CORS_ALLOWED_ORIGIN_REGEXES", "CORS_ORIGIN_ALLOW_ALL is read as CORS_ALLOW_ALL_ORIGINS",
		}},
		{"a newer name beside the older", []string{"CORS_ORIGIN_WHITELIST=" + a, "CORS_ALLOWED_ORIGINS=" + b, "CORS_ORIGIN_ALLOW_ALL=true", "CORS_ALLOW_ALL_ORIGINS=false"}, allowing(b), []string{
			"CORS_ORIGIN_WHITELIST is ignored, since CORS_ALLOWED_ORIGINS is set; write CORS_ALLOWED_ORIGINS only", "CORS_ORIGIN_ALLOW_ALL is ignored, since CORS_ALLOW_ALL_ORIGINS is set",
		}},
		{"misspelt names", []string{allowsApp, "CORS_ALLOWED_METHODS=PUT", "CORS_ALLOWED_HEADERS=x-a", "CORS_EXPOSED_HEADERS=X-B", "CORS_MAX_AGE=60"}, with(func(c *cors.Config) {
			c.AllowMethods, c.AllowHeaders, c.ExposeHeaders, c.MaxAge = []string{"PUT"}, []string{"x-a"}, []string{"X-B"}, 60
		}), []string{
			"CORS_ALLOWED_METHODS is read as CORS_ALLOW_METHODS, but django-cors-headers ignores it; write CORS_ALLOW_METHODS", "CORS_ALLOWED_HEADERS is read as CORS_ALLOW_HEADERS",
			"CORS_EXPOSED_HEADERS is read as CORS_EXPOSE_HEADERS", "CORS_MAX_AGE is read as CORS_PREFLIGHT_MAX_AGE",
		}},
		{"a risk of an expression with a comma", []string{`CORS_ALLOWED_ORIGIN_REGEXES=https://[a-z]{2,3}\.com`, `CORS_ACCEPT_RISKS=unconfined-regexp=https://[a-z]{2,3}\.com`}, defaults(func(c *cors.Config) {
			c.AllowOriginRegexps = []string{`https://[a-z]{2,3}\.com`}
			c.AcceptRisks = []cors.Risk{cors.RiskUnconfinedRegexp.For(`https://[a-z]{2,3}\.com`)}
		}), []string{"CORS_ALLOWED_ORIGIN_REGEXES[0]"}},
		{"two misspelt names for one", []string{allowsApp, "CORS_ALLOW_METHOD=POKE", "CORS_ALLOWED_METHODS=PUT"}, with(func(c *cors.Config) { c.AllowMethods = []string{"PUT"} }), []string{
			"CORS_ALLOWED_METHODS is read as", "CORS_ALLOW_METHOD is ignored, since CORS_ALLOWED_METHODS is set; write CORS_ALLOW_METHODS only",
		}},
		{"a long name that is far from all others", []string{allowsApp, "CORS_ALLOW_PRIVATE_NETWORK_ACCESS=true"}, allowing(app), []string{"CORS_ALLOW_PRIVATE_NETWORK_ACCESS isn't a setting, and is ignored"}},
		{"what sets nothing here", []string{allowsApp, "CORS_REPLACE_HTTPS_REFERER=x", "CORS_MODEL=x", "CORS_URLS_ALLOW_ALL_REGEX=x", "CORS_ALLOW_ALL_METHODS=x", "CORS_ALLOW_ALL_HEADERS=x", "CSRF_TRUSTED_ORIGINS=x", "CORS_ENABLED=x", "CORS_=x"}, allowing(app), []string{
			"CORS_ isn't a setting, and is ignored; write one of CORS_ALLOWED_ORIGINS, CORS_ALLOWED_ORIGIN_REGEXES, CORS_ALLOW_ALL_ORIGINS, CORS_URLS_REGEX, CORS_ALLOW_METHODS, CORS_ALLOW_HEADERS, CORS_EXPOSE_HEADERS, CORS_PREFLIGHT_MAX_AGE, CORS_ALLOW_CREDENTIALS, CORS_ALLOW_PRIVATE_NETWORK, CORS_ACCEPT_RISKS, or remove it",
			"CORS_ALLOW_ALL_HEADERS isn't a setting, and django-cors-headers ignores it, too; write CORS_ALLOW_HEADERS", "CORS_ALLOW_ALL_METHODS isn't a setting", "CORS_ENABLED isn't a setting", "CORS_MODEL has no counterpart",
			"CORS_REPLACE_HTTPS_REFERER has no counterpart", "CORS_URLS_ALLOW_ALL_REGEX has no counterpart", "CSRF_TRUSTED_ORIGINS has no counterpart: it limits who can send requests",
		}},
	}
	for _, every := range []string{"", "^", "/", "^/", ".*", "^.*$", "/.*", "^/.*$"} {
		tests = append(tests, environRow{"every path, as " + every, []string{allowsApp, "CORS_URLS_REGEX=" + every}, allowing(app), nil})
	}
	for i, spelt := range []string{"true", "True", "TRUE", "1", "yes", "on", "y", "t", "ok", " True ", "false", "False", "0", "no", "off", "N", "f"} {
		tests = append(tests, environRow{"the bool " + spelt, []string{allowsApp, "CORS_ALLOW_CREDENTIALS=" + spelt}, with(func(c *cors.Config) { c.AllowCredentials = i < 10 }), nil})
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			got, notes, err := config.ParseEnviron(test.variables)
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got\n%+v, %v, want\n%+v", got, err, test.want)
			}
			expectNotes(t, notes, test.notes)
		})
	}
}

// expectNotes compares notes with how they should begin.
func expectNotes(t *testing.T, notes []config.Note, want []string) {
	t.Helper()
	if len(notes) != len(want) {
		t.Errorf("%d notes, want %d: %q", len(notes), len(want), notes)
		return
	}
	for i, note := range notes {
		if !strings.HasPrefix(note.String(), want[i]) {
			t.Errorf("the note is\n%s\nwant\n%s", note, want[i])
		}
		if note.Name == "" || note.Message == "" {
			t.Errorf("the note %+v lacks something", note)
		}
	}
}

func TestParseEnvironRefuses(t *testing.T) {
	tests := []struct {
		title     string
		variables []string
		want      []string
	}{
		{"a variable that is set twice", []string{allowsApp, allowsApp}, []string{`CORS_ALLOWED_ORIGINS "https://app.example.com": is set twice; set it once`}},
		{"a bool that is none", []string{allowsApp, "CORS_ALLOW_CREDENTIALS=maybe"}, []string{`CORS_ALLOW_CREDENTIALS "maybe": is neither true nor false; write true or false, or unset the variable`}},
		{"an empty bool", []string{"CORS_ALLOW_ALL_ORIGINS="}, []string{`CORS_ALLOW_ALL_ORIGINS is neither true nor false; write true or false, or unset the variable`}},
		{"an age that is no number", []string{allowsApp, "CORS_PREFLIGHT_MAX_AGE=1h"}, []string{`CORS_PREFLIGHT_MAX_AGE "1h": isn't a whole number; write seconds in digits only, such as 86400, or unset the variable`}},
		{"an empty age", []string{allowsApp, "CORS_MAX_AGE="}, []string{`CORS_MAX_AGE isn't a whole number; write seconds in digits only, such as 86400, or unset the variable`}},
		{"a negative age", []string{allowsApp, "CORS_PREFLIGHT_MAX_AGE=-1"}, []string{`CORS_PREFLIGHT_MAX_AGE "-1": is negative; write how many seconds browsers may cache a preflight response, or 0 if they may not`}},
		{"quotes that belong to the value", []string{`CORS_ALLOWED_ORIGINS="https://a.example,https://b.example"`, `CORS_URLS_REGEX='^/api/'`}, []string{
			`CORS_ALLOWED_ORIGINS "\"https://a.example,https://b.example\"": includes its quotes; write it without them`, `CORS_URLS_REGEX "'^/api/'": includes its quotes; write it without them`,
		}},
		{"white space between origins", []string{"CORS_ALLOWED_ORIGINS=https://a.example https://b.example"}, []string{`CORS_ALLOWED_ORIGINS "https://a.example https://b.example": "https://a.example https://b.example" contains white space; write a comma between two entries`}},
		{"a list that has no end", []string{`CORS_ALLOWED_ORIGINS=["https://a.example"`}, []string{`CORS_ALLOWED_ORIGINS "[\"https://a.example\"": is neither a JSON array of strings nor entries with commas between them; write ["a", "b"] or a,b`}},
		{"a list of Python", []string{"CORS_ALLOWED_ORIGINS=['https://a.example']"}, []string{`CORS_ALLOWED_ORIGINS "['https://a.example']": is neither a JSON array of strings nor entries with commas between them; write ["a", "b"] or a,b`}},
		{"an entry that is no string", []string{"CORS_ALLOWED_ORIGINS=['https://a.example',\n 1]"}, []string{`CORS_ALLOWED_ORIGINS "['https://a.example',\n 1]": is neither a JSON array of strings nor entries with commas between them; write ["a", "b"] or a,b`}},
		{"a null of JSON", []string{`CORS_ALLOWED_ORIGINS=["https://a.example", null]`}, []string{`CORS_ALLOWED_ORIGINS "[\"https://a.example\", null]": is neither a JSON array of strings nor entries with commas between them; write ["a", "b"] or a,b`}},
		{"a tuple of Python", []string{`CORS_ALLOWED_ORIGINS=("https://a.example")`}, []string{`CORS_ALLOWED_ORIGINS "(\"https://a.example\")": is neither a JSON array of strings nor entries with commas between them; write ["a", "b"] or a,b`}},
		{"something behind a list", []string{`CORS_ALLOWED_ORIGINS=["https://a.example"], "b"`}, []string{`CORS_ALLOWED_ORIGINS "[\"https://a.example\"], \"b\"": is neither a JSON array of strings nor entries with commas between them; write ["a", "b"] or a,b`}},
		{"every origin in the list", []string{"CORS_ALLOWED_ORIGINS=*"}, []string{`CORS_ALLOWED_ORIGINS[0] "*": isn't an origin, and django-cors-headers refuses it, too; set CORS_ALLOW_ALL_ORIGINS to true if every site may read responses`}},
		{"an expression that RE2 lacks", []string{`CORS_ALLOWED_ORIGIN_REGEXES=^https://a\.example$,^https://(?!b)`}, []string{`CORS_ALLOWED_ORIGIN_REGEXES[1] "^https://(?!b)": RE2 has no "(?!"; write what is allowed without it`}},
		{"a path expression that RE2 lacks", []string{allowsApp, `CORS_URLS_REGEX=(?=/a)`}, []string{`CORS_URLS_REGEX "(?=/a)": RE2 has no "(?="; write what is allowed without it`}},
		{"a path expression that matches more than in Python", []string{allowsApp, `CORS_URLS_REGEX=^/\S+/`}, []string{`CORS_URLS_REGEX "^/\\S+/": \S matches more in RE2 than in Python, where it takes all of Unicode into account; put (?a) first, or write what is allowed`}},
		{"misspelt names that decide who is allowed", []string{"CORS_ALLOW_ORIGINS=*", "CORS_ALLOWED_CREDENTIALS=true", "CORS_URL_REGEX=x", "CORS_ALLOWED_ORIGINS_REGEXES=x", "CORS_ALLOW_ORIGIN=x", "CORS_ALOWED_ORIGNS=x", "cors_allowed_origins=x"}, []string{
			"CORS_ALLOWED_CREDENTIALS isn't a setting, and django-cors-headers ignores it; write CORS_ALLOW_CREDENTIALS if you mean that, or remove it",
			"CORS_ALLOWED_ORIGINS_REGEXES isn't a setting, and django-cors-headers ignores it; write CORS_ALLOWED_ORIGIN_REGEXES if you mean that, or remove it",
			"CORS_ALLOW_ORIGIN isn't a setting, and django-cors-headers ignores it; write CORS_ALLOWED_ORIGINS if you mean that, or remove it",
			"CORS_ALLOW_ORIGINS isn't a setting, and django-cors-headers ignores it; write CORS_ALLOWED_ORIGINS if you mean that, or remove it",
			"CORS_ALOWED_ORIGNS isn't a setting, and django-cors-headers ignores it; write CORS_ALLOWED_ORIGINS if you mean that, or remove it",
			"CORS_URL_REGEX isn't a setting, and django-cors-headers ignores it; write CORS_URLS_REGEX if you mean that, or remove it",
			"cors_allowed_origins isn't a setting, and django-cors-headers ignores it; write CORS_ALLOWED_ORIGINS if you mean that, or remove it",
		}},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			got, _, err := config.ParseEnviron(test.variables)
			if !reflect.DeepEqual(got, cors.Config{}) {
				t.Errorf("it returns %+v", got)
			}
			expectErrors(t, err, test.want)
		})
	}
}

// What package cors refuses is said of the variable.
func TestParseEnvironChecksWhatValuesMean(t *testing.T) {
	tests := []struct {
		title       string
		variables   []string
		name, value string
		code        cors.Code
		message     string // a part of it
	}{
		{"an origin with a path", []string{"CORS_ALLOWED_ORIGINS=https://a.example,https://b.example/"}, "CORS_ALLOWED_ORIGINS[1]", "https://b.example/", cors.CodeOriginPath, `write 'https://b.example'`},
		{"an origin under an older name", []string{"CORS_ORIGIN_WHITELIST=example.com"}, "CORS_ORIGIN_WHITELIST[0]", "example.com", cors.CodeOriginScheme, `write 'https://example.com'`},
		{"every origin with credentials", []string{"CORS_ALLOW_ALL_ORIGINS=true", "CORS_ALLOW_CREDENTIALS=true"}, "CORS_ALLOW_ALL_ORIGINS", "", cors.CodeAnyOriginWithCredentials, `leave CORS_ALLOW_CREDENTIALS out; if you mean this, add 'any-origin-with-credentials=*' to CORS_ACCEPT_RISKS`},
		{"an expression that is not confined", []string{`CORS_ORIGIN_REGEX_WHITELIST=^https://.*example\.com$`}, "CORS_ORIGIN_REGEX_WHITELIST[0]", `^https://.*example\.com$`, cors.CodeUnconfinedRegexp, `add 'unconfined-regexp=^https://.*example\.com$' to CORS_ACCEPT_RISKS`},
		{"an expression with a comma that is not confined", []string{`CORS_ALLOWED_ORIGIN_REGEXES=https://[a-z]{2,3}\.com`}, "CORS_ALLOWED_ORIGIN_REGEXES[0]", `https://[a-z]{2,3}\.com`, cors.CodeUnconfinedRegexp, `add 'unconfined-regexp=https://[a-z]{2,3}\.com' to CORS_ACCEPT_RISKS`},
		{"an expression with a quote that is not confined", []string{"CORS_ALLOWED_ORIGIN_REGEXES=https://[`a']+.*"}, "CORS_ALLOWED_ORIGIN_REGEXES[0]", "https://[`a']+.*", cors.CodeUnconfinedRegexp, "add 'unconfined-regexp=https://[`a'\\'']+.*' to CORS_ACCEPT_RISKS"},
		{"any site by a pattern", []string{"CORS_ALLOWED_ORIGINS=https://*"}, "CORS_ALLOWED_ORIGINS[0]", "https://*", cors.CodeOriginWildcard, `write one such as 'https://*.example.com', or set CORS_ALLOW_ALL_ORIGINS to true for public data`},
		{"any site in a word", []string{"CORS_ALLOWED_ORIGINS=all"}, "CORS_ALLOWED_ORIGINS[0]", "all", cors.CodeOriginWildcard, `list the origins, or set CORS_ALLOW_ALL_ORIGINS to true if every site may read responses`},
		{"two wildcards", []string{"CORS_ALLOWED_ORIGINS=https://*.*.example.com"}, "CORS_ALLOWED_ORIGINS[0]", "https://*.*.example.com", cors.CodeOriginWildcard, `'*.' already matches one or more labels; write 'https://*.example.com'`},
		{"a path expression that matches no path", []string{allowsApp, "CORS_URLS_REGEX=^api"}, "CORS_URLS_REGEX", "^api", cors.CodePathRegexp, `matches no path, since paths begin with a slash; write an RE2 regular expression such as '/api/v\d+/.*'`},
		{"an expression that matches no origin", []string{`CORS_ALLOWED_ORIGIN_REGEXES=example\.com$`}, "CORS_ALLOWED_ORIGIN_REGEXES[0]", `example\.com$`, cors.CodeRegexpNever, ""},
		{"a method", []string{allowsApp, "CORS_ALLOWED_METHODS=get"}, "CORS_ALLOWED_METHODS[0]", "get", cors.CodeMethodCase, `write 'GET'`},
		{"a header behind others that are dropped", []string{allowsApp, "CORS_ALLOW_HEADERS=dnt,cookie"}, "CORS_ALLOW_HEADERS[1]", "cookie", cors.CodeHeaderForbidden, "remove it"},
		{"an exposed header", []string{allowsApp, "CORS_EXPOSE_HEADERS=*", "CORS_ALLOW_CREDENTIALS=1"}, "CORS_EXPOSE_HEADERS[0]", "*", cors.CodeExposeWildcard, ""},
		{"an age", []string{allowsApp, "CORS_PREFLIGHT_MAX_AGE=604800"}, "CORS_PREFLIGHT_MAX_AGE", "604800", cors.CodeMaxAge, "more than 24 hours"},
		{"a risk that is none", []string{allowsApp, "CORS_ACCEPT_RISKS=all"}, "CORS_ACCEPT_RISKS[0]", "all", cors.CodeUnknownRisk, ""},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			_, _, err := config.ParseEnviron(test.variables)
			var errs config.Errors
			var cause *cors.ConfigError
			if !errors.As(err, &errs) || len(errs) != 1 || !errors.As(err, &cause) || cause.Code != test.code {
				t.Fatalf("it says %v, want one problem with the code %s", err, test.code)
			}
			if e := errs[0]; e.Name != test.name || e.Value != test.value || !strings.Contains(e.Message, test.message) || e.Position != (config.Position{}) {
				t.Errorf("it says %#v, want %+v", e, test)
			}
		})
	}
}

// probes are requests that tell policies apart.
func probes() (requests []cors.Request) {
	origins := []string{
		"", app, "https://a.example.org", "https://a.b.example.org", "http://localhost:8080", "https://[::1]:8443", "null", "https://abcdefgh.example.com", "https://abcdefghi.example.com", "https://a.example.com", "https://c.example.com", "https://d.example.com",
		"https://x.example.net", "https://x.example.net.evil.example", "https://a.example.com:8080", "https://evil.example", "not an origin",
	}
	for _, path := range []string{"/", "/v1/x", "/api/x", "/api", "/a", "/ab", "/b", "/MIXED/x", "/xx,y", "/x{1,3},y", "/`\"<&>", "/first"} {
		for _, o := range origins {
			requests = append(requests, cors.Request{Method: "GET", Path: path, Origin: o})
			for _, method := range []string{"PUT", "POKE"} {
				requests = append(requests, cors.Request{Method: "OPTIONS", Path: path, Origin: o, AccessControlRequestMethod: method})
			}
		}
	}
	return requests
}

// answers returns what a policy says to the probes.
func answers(t *testing.T, cfg cors.Config) (all []string) {
	t.Helper()
	engine, err := cors.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range probes() {
		d := engine.Decide(&r)
		header := make(http.Header)
		d.Apply(header)
		status, answered := d.Response()
		all = append(all, fmt.Sprint(r.Method, r.Path, r.Origin, d.Allowed(), status, answered, header))
	}
	return all
}

// A policy that is written as variables is read as the same policy.
func TestEnvironIsReadAsTheSamePolicy(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	written := 0
	for range 150 {
		cfg := randomConfig(random)
		if random.IntN(4) > 0 { // most have nothing that no variable is for
			cfg.Paths, cfg.PreflightStatus, cfg.PassPreflight, cfg.MaxAge = nil, 0, false, max(cfg.MaxAge, 0)
			v := reflect.ValueOf(&cfg).Elem().FieldByName("RejectDisallowed")
			if v.IsValid() {
				v.SetBool(false)
			}
		}
		if _, err := cors.New(cfg); err != nil {
			continue
		}
		variables, err := config.Environ(cfg)
		if err != nil {
			var errs config.Errors
			if !errors.As(err, &errs) {
				t.Fatal(err)
			}
			continue
		}
		written++
		got, _, err := config.ParseEnviron(variables)
		if err != nil {
			t.Fatalf("%q: %v", variables, err)
		}
		if want, have := answers(t, cfg), answers(t, got); !slices.Equal(have, want) {
			t.Fatalf("%+v\nis written as %q\nand read as %+v", cfg, variables, got)
		}
	}
	t.Logf("%d policies were written", written)
	if written < 50 {
		t.Errorf("%d policies were written", written)
	}
}

func TestEnvironWrites(t *testing.T) {
	tests := []struct {
		title string
		cfg   cors.Config
		want  []string
	}{
		{"the defaults", allowing(app), []string{allowsApp}},
		{"nothing but origins", cors.Config{AllowOrigins: []string{app}}, []string{allowsApp}},
		{"empty lists, and no caching", cors.Config{AllowOrigins: []string{app}, AllowMethods: []string{}, AllowHeaders: []string{}, MaxAge: -5}, []string{allowsApp, "CORS_ALLOW_METHODS=", "CORS_ALLOW_HEADERS=", "CORS_PREFLIGHT_MAX_AGE=0"}},
		{"every origin and more", allowing(app, "*"), []string{"CORS_ALLOW_ALL_ORIGINS=true"}},
		{"expressions", matching(`https://a\.example`, `^https://b{1,2}\.b\.example$`, `https://c\.example|https://d\.example`, `(?i)https://e\.example`), []string{
			`CORS_ALLOWED_ORIGIN_REGEXES=^https://a\.example$,^https://b{1,2}\.b\.example$,^(?:https://c\.example|https://d\.example)$,(?i)^https://e\.example$`,
		}},
		{"an expression with a comma outside of brackets", matching(`https://a\.example(,)?,?`), []string{`CORS_ALLOWED_ORIGIN_REGEXES=["^https://a\\.example(,)?,?$"]`}},
		{"a path", onPaths(`/api/.*`), []string{allowsApp, "CORS_URLS_REGEX=/api/.*"}},
		{"every path", onPaths(`.*`), []string{allowsApp, "CORS_URLS_REGEX=.*"}},
		{"several paths", onPaths(`/a`, `/b|/c`), []string{allowsApp, "CORS_URLS_REGEX=^(?:(?:/a)|(?:/b|/c))$"}},
		{"everything", cors.Config{AllowOrigins: []string{"https://*.github.io", "null"}, AllowMethods: []string{"PUT", "POKE"}, AllowHeaders: []string{"x-a"}, ExposeHeaders: []string{"X-B"},
			AllowCredentials: true, AllowPrivateNetwork: true, MaxAge: 60, AcceptRisks: []cors.Risk{cors.RiskNullWithCredentials, cors.RiskPublicSuffix.For("https://*.github.io")}}, []string{
			"CORS_ALLOWED_ORIGINS=https://*.github.io,null", "CORS_ALLOW_METHODS=PUT,POKE", "CORS_ALLOW_HEADERS=x-a", "CORS_EXPOSE_HEADERS=X-B", "CORS_PREFLIGHT_MAX_AGE=60",
			"CORS_ALLOW_CREDENTIALS=true", "CORS_ALLOW_PRIVATE_NETWORK=true", "CORS_ACCEPT_RISKS=null-with-credentials,public-suffix=https://*.github.io",
		}},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			got, err := config.Environ(test.cfg)
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
		})
	}
}

func TestEnvironRefuses(t *testing.T) {
	with := func(change func(*cors.Config)) cors.Config {
		cfg := allowing(app)
		change(&cfg)
		return cfg
	}
	tests := []struct {
		title string
		cfg   cors.Config
		want  []string
	}{
		{"path patterns", with(func(c *cors.Config) { c.Paths = []string{"/api/"} }), []string{`Paths "[/api/]": has no variable that means the same; write the Config as JSON`}},
		{"a status and what is passed", with(func(c *cors.Config) { c.PreflightStatus, c.PassPreflight = 200, true }), []string{
			`PreflightStatus "200": has no variable that means the same; write the Config as JSON`, `PassPreflight "true": has no variable that means the same; write the Config as JSON`,
		}},
		{"a set of characters that Python has not", with(func(c *cors.Config) { c.PathRegexps = []string{`/[[:alpha:]]`} }), []string{`PathRegexps "[/[[:alpha:]]]": has no variable that means the same; write the Config as JSON`}},
		{"a flag that Python has not", with(func(c *cors.Config) { c.PathRegexps = []string{`(?U)/a*`} }), []string{`CORS_URLS_REGEX "(?U)/a*": "(?U)" isn't allowed here in Python; put flags first, as one of (?a), (?i), (?m), (?s) and (?u)`}},
		{"a Config that is not valid", allowing("https://app.example.com/"), []string{`CORS_ALLOWED_ORIGINS[0] "https://app.example.com/": an origin has no path, not even a trailing slash; write 'https://app.example.com'`}},
		{"a function", with(func(c *cors.Config) { c.AllowOriginFunc = allowNone }), []string{`AllowOriginFunc is a function, which cannot be written; leave it out, and set it in Go on what is read`}},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			got, err := config.Environ(test.cfg)
			if got != nil {
				t.Errorf("it returns %q", got)
			}
			expectErrors(t, err, test.want)
		})
	}
}

func FuzzParseEnviron(f *testing.F) {
	for _, seed := range []string{"https://a.example,https://b.example", `["a", 'b']`, "(a|b),c{1,2}\nd", "true", "86400", `["\ud800"]`, "[[", "\x00\xff", "*", "[^],],(,)"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, name := range []string{"CORS_ALLOWED_ORIGINS", "CORS_ALLOWED_ORIGIN_REGEXES", "CORS_ALLOW_ALL_ORIGINS", "CORS_URLS_REGEX", "CORS_ALLOW_METHODS", "CORS_PREFLIGHT_MAX_AGE"} {
			cfg, notes, err := config.ParseEnviron([]string{name + "=" + value})
			if err != nil && !errors.Is(err, config.ErrNoOrigins) {
				var errs config.Errors
				if !errors.As(err, &errs) || !reflect.DeepEqual(cfg, cors.Config{}) {
					t.Errorf("%s=%q: %T, %+v", name, value, err, cfg)
				}
				continue
			}
			for _, note := range notes {
				if !strings.HasPrefix(note.Name, name) && note.Name != "CORS_ALLOWED_ORIGINS" {
					t.Errorf("%s=%q: %v", name, value, note)
				}
			}
			if variables, err := config.Environ(cfg); err == nil {
				if again, _, err := config.ParseEnviron(variables); err != nil && !errors.Is(err, config.ErrNoOrigins) {
					t.Errorf("%s=%q is written as %q, and that is refused: %v", name, value, variables, err)
				} else if (len(cfg.AllowOriginRegexps)+len(cfg.PathRegexps) == 0) && !reflect.DeepEqual(again, cfg) {
					t.Errorf("%s=%q is read as %+v, written as %q and read as %+v", name, value, cfg, variables, again)
				}
			}
		}
	})
}
