package config_test

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/config"
	"github.com/corskit/cors/core/origin"
)

// settings is what people have in a settings.py.
const settings = `"""
Django settings for a project.
"""
import os
import re
from pathlib import Path

import environ
from corsheaders.defaults import default_headers, default_methods

env = environ.Env(DEBUG=(bool, False))
BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = env("SECRET_KEY")
DEBUG = env.bool("DEBUG")
FRONTEND = "https://app.example.com"

INSTALLED_APPS = [
    "django.contrib.admin",
    "corsheaders",  # below
]
if DEBUG:
    INSTALLED_APPS += ["debug_toolbar"]

MIDDLEWARE = [
    'corsheaders.middleware.CorsMiddleware',
    'django.middleware.common.CommonMiddleware',
]

DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"},
}


class Other:
    CELERY_BROKER_URL = f"redis://{os.environ['REDIS']}"


# --- CORS
CORS_ALLOWED_ORIGINS = [
    FRONTEND,
    "https://admin.example.com",  # the other one
    'http://localhost:3000',
]
CORS_ALLOWED_ORIGIN_REGEXES = [
    r"^https://\w+\.example\.org$",
    re.compile(r"^https://pr-\d+\.example\.net$", re.IGNORECASE),
]
CORS_URLS_REGEX = r"^/api/.*$"
CORS_ALLOW_METHODS = (*default_methods, "POKE")
CORS_ALLOW_HEADERS = list(default_headers) + ["x-request-id"]
CORS_EXPOSE_HEADERS: list[str] = ["X-Total-Count"]
CORS_PREFLIGHT_MAX_AGE = 60 * 60 * 2
CORS_ALLOW_CREDENTIALS = True
CORS_ALLOW_PRIVATE_NETWORK = False
CSRF_TRUSTED_ORIGINS = [FRONTEND]
`

func TestParseDjangoReadsSettings(t *testing.T) {
	got, notes, err := config.ParseDjango([]byte(settings))
	want := cors.Config{
		PathRegexps:        []string{`^/api/.*$`},
		AllowOrigins:       []string{app, "https://admin.example.com", "http://localhost:3000"},
		AllowOriginRegexps: []string{`^https://\w+\.example\.org$`, `(?i)^https://pr-\d+\.example\.net$`},
		AllowMethods:       append(cors.CommonMethods(), "POKE"),
		AllowHeaders:       append(cors.CommonHeaders(), "x-request-id"),
		ExposeHeaders:      []string{"X-Total-Count"},
		AllowCredentials:   true,
		MaxAge:             7200,
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v, %v, want\n%+v", got, err, want)
	}
	expectNotes(t, notes, []string{"55:1: CSRF_TRUSTED_ORIGINS was left alone: "})
}

func TestParseDjangoNotes(t *testing.T) {
	const origins = "CORS_ALLOWED_ORIGINS = ['https://a.example']\n"
	tests := []struct {
		title, source string
		want          []string
	}{
		{"nothing", ``, []string{"CORS_ALLOWED_ORIGINS allows no origin"}},
		{"every origin", "CORS_ALLOW_ALL_ORIGINS = True", nil},
		{"an older name", "\nCORS_ORIGIN_ALLOW_ALL = True", []string{"2:1: CORS_ORIGIN_ALLOW_ALL was read as CORS_ALLOW_ALL_ORIGINS"}},
		{"a misspelt name", origins + "CORS_ALLOWED_METHODS = ['PUT']", []string{"2:1: CORS_ALLOWED_METHODS was read as CORS_ALLOW_METHODS"}},
		{"a setting that stands twice", origins + origins, []string{"1:1: CORS_ALLOWED_ORIGINS was left alone, since line 2 sets it again: write it once"}},
		{"a setting that is added to", origins + "CORS_ALLOWED_ORIGINS += ['https://b.example']", nil},
		{"another module", "from .base import *\n" + origins, []string{"1:1: .base is not read, and so are the settings in it: write its CORS_ lines into the same text"}},
		{"the signal", origins + "from corsheaders.signals import check_request_enabled\n\ncheck_request_enabled.connect(f)", []string{
			"2:33: check_request_enabled was left alone: its handlers are Python: write AllowOriginFunc, which is asked where no setting allows the origin", "4:1: check_request_enabled was left alone",
		}},
		{"the signal alone", "@receiver(check_request_enabled)\ndef f(): pass", []string{"CORS_ALLOWED_ORIGINS allows no origin", "1:11: check_request_enabled was left alone"}},
		{"entries of lists", "CORS_ALLOWED_ORIGINS = ['https://a.example',\n  'https://*.b.example']\nCORS_ALLOWED_ORIGIN_REGEXES = [\n r'^https://c\\.example',\n]\nCORS_ALLOW_METHODS = ['*']\nCORS_ALLOW_CREDENTIALS = True", []string{
			`2:3: CORS_ALLOWED_ORIGINS has "https://*.b.example", which is a pattern here`, `4:2: CORS_ALLOWED_ORIGIN_REGEXES has "^https://c\\.example", which does not say where an origin ends`, `6:23: CORS_ALLOW_METHODS has "*"`,
		}},
		{"a compiled expression that does not say where an origin ends", "CORS_ALLOWED_ORIGIN_REGEXES = [re.compile(r'^https://c\\.example', re.I)]", []string{`1:43: CORS_ALLOWED_ORIGIN_REGEXES has "^https://c\\.example", which`}},
		{"a path expression", origins + `CORS_URLS_REGEX = re.compile(r"^/\w+/$")`, []string{`2:1: CORS_URLS_REGEX has \w`}},
		{"a path expression of ASCII", origins + `CORS_URLS_REGEX = re.compile(r"^/\w+/$", re.ASCII)`, nil},
		{"the order of the text", "CORS_FOO = 1\nfrom a import *\nCORS_BAR = 1\n" + origins + "CSRF_TRUSTED_ORIGINS = f()", []string{"1:1: CORS_FOO", "2:1: a is not read", "3:1: CORS_BAR", "5:1: CSRF_TRUSTED_ORIGINS"}},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			_, notes, err := config.ParseDjango([]byte(test.source))
			if err != nil {
				t.Error(err)
			}
			expectNotes(t, notes, test.want)
		})
	}
}

func TestParseDjangoRefuses(t *testing.T) {
	const inBlock = "stands in a line that is no assignment, or that does not always run, so that its value is known only when Django runs: write "
	tests := []struct {
		title, source string
		want          []string
	}{
		{"a call", "CORS_ALLOWED_ORIGINS = env.list('A', default=[])", []string{`1:24: CORS_ALLOWED_ORIGINS "env.list": is known only when Django runs: write the value that comes of it`}},
		{"the environment", "CORS_ALLOW_ALL_ORIGINS = os.environ['A'] == '1'", []string{`1:26: CORS_ALLOW_ALL_ORIGINS "os.environ": is known only when Django runs: write the value that comes of it`}},
		{"a variable that is set by a call", "A = env('A')\nCORS_ALLOWED_ORIGINS = ['https://a.example', A]", []string{`2:46: CORS_ALLOWED_ORIGINS "A": is not known, because of line 1: write its value`}},
		{"a variable that is not set", "CORS_ALLOWED_ORIGINS = [A]", []string{`1:25: CORS_ALLOWED_ORIGINS "A": is not set in this text: write its value, or put the line that sets it before this one`}},
		{"a string that is put together", "CORS_ALLOWED_ORIGINS = [f'https://{A}']", []string{`1:25: CORS_ALLOWED_ORIGINS "https://{A}": is put together when Django runs: write what comes of it, without the prefix`}},
		{"a comprehension", "CORS_ALLOWED_ORIGINS = [a for a in b]", []string{`1:25: CORS_ALLOWED_ORIGINS "a": is not set in this text: write its value, or put the line that sets it before this one`}},
		{"a block", "if DEBUG:\n    CORS_ALLOW_ALL_ORIGINS = True\nelse:\n    CORS_ALLOWED_ORIGINS = []\n", []string{"2:5: CORS_ALLOW_ALL_ORIGINS " + inBlock + "CORS_ALLOW_ALL_ORIGINS = and the value, at the beginning of a line and without anything around it", "4:5: CORS_ALLOWED_ORIGINS " + inBlock + "CORS_ALLOWED_ORIGINS = and the value, at the beginning of a line and without anything around it"}},
		{"a method", "CORS_ALLOWED_ORIGINS = []\nCORS_ALLOWED_ORIGINS.append('https://a.example')", []string{"2:1: CORS_ALLOWED_ORIGINS " + inBlock + "CORS_ALLOWED_ORIGINS = and the value, at the beginning of a line and without anything around it"}},
		{"an import", "from .cors import CORS_ALLOWED_ORIGINS", []string{"1:19: CORS_ALLOWED_ORIGINS is imported, and other files are not read: write the line that sets it"}},
		{"an addition to nothing", "CORS_ALLOWED_ORIGINS += ['https://a.example']", []string{"1:1: CORS_ALLOWED_ORIGINS is added to here, and is not set in this text before: write the line that sets it, too"}},
		{"an addition that Python refuses, too", "CORS_ALLOW_HEADERS = default_headers + ['x-a']", []string{`1:38: CORS_ALLOW_HEADERS "+": is not worked out between a tuple and a list: write the value that comes of it`}},
		{"a string for a list", "CORS_ALLOW_METHODS = ('GET')", []string{`1:23: CORS_ALLOW_METHODS is a string: write a list, such as ["GET"], since parentheses make no tuple without a comma`}},
		{"a string for a list of expressions", "CORS_ALLOWED_ORIGIN_REGEXES = r'^https://a\\.example$'", []string{`1:31: CORS_ALLOWED_ORIGIN_REGEXES is a string: write a list, such as ["^https://a\\.example$"], since parentheses make no tuple without a comma`}},
		{"None for a list", "CORS_ALLOWED_ORIGINS = None", []string{"1:24: CORS_ALLOWED_ORIGINS is None: write a list"}},
		{"an entry that is no string", "CORS_ALLOWED_ORIGINS = ['https://a.example', 1]", []string{"1:46: CORS_ALLOWED_ORIGINS[1] is a number: write a string"}},
		{"a compiled expression for an origin", "CORS_ALLOWED_ORIGINS = [re.compile('a')]", []string{"1:36: CORS_ALLOWED_ORIGINS[0] is a compiled expression: write a string"}},
		{"a string for a bool", "CORS_ALLOW_CREDENTIALS = 'True'", []string{"1:26: CORS_ALLOW_CREDENTIALS is a string: write True or False"}},
		{"a tuple for a bool", "CORS_ALLOW_CREDENTIALS = True,", []string{"1:26: CORS_ALLOW_CREDENTIALS is a tuple: write True or False"}},
		{"a number for a bool", "CORS_ALLOW_ALL_ORIGINS = 1", []string{"1:26: CORS_ALLOW_ALL_ORIGINS is a number: write True or False"}},
		{"a bool for a number", "CORS_PREFLIGHT_MAX_AGE = False", []string{"1:26: CORS_PREFLIGHT_MAX_AGE is False: write a whole number of seconds"}},
		{"a fraction", "CORS_PREFLIGHT_MAX_AGE = 1e3", []string{"1:26: CORS_PREFLIGHT_MAX_AGE is a number with a fraction: write a whole number of seconds"}},
		{"a negative number", "CORS_PREFLIGHT_MAX_AGE = -5", []string{`1:26: CORS_PREFLIGHT_MAX_AGE "-5": is negative: write for how many seconds browsers may keep the answer to a preflight, or 0 to leave that open`}},
		{"a list of path expressions", "CORS_URLS_REGEX = ['/a']", []string{"1:19: CORS_URLS_REGEX is a list: write an expression, as a string"}},
		{"an expression that RE2 lacks", "CORS_ALLOWED_ORIGIN_REGEXES = [\n    r'^https://(?!admin)\\w+\\.example\\.com$',\n]", []string{`2:5: CORS_ALLOWED_ORIGIN_REGEXES "^https://(?!admin)\\w+\\.example\\.com$": at character 10: "(?!" begins a negative look-ahead, which RE2 lacks: write what is allowed, and not what is excluded`}},
		{"a flag that RE2 lacks", "CORS_URLS_REGEX = re.compile('/a', re.VERBOSE)", []string{`1:36: CORS_URLS_REGEX "re.VERBOSE": is a flag that RE2 lacks: write the expression without white space and comments, and leave the flag out`}},
		{"a misspelt name", "CORS_URL_REGEX = r'^/api/'", []string{"1:1: CORS_URL_REGEX is no setting, and django-cors-headers does not read it: write CORS_URLS_REGEX if that is meant, or leave it out"}},
		{"every origin in the list", "CORS_ALLOWED_ORIGINS = [\n  '*']", []string{`2:3: CORS_ALLOWED_ORIGINS "*": is no origin, and django-cors-headers refuses it: write CORS_ALLOW_ALL_ORIGINS = True if every site may read the answers`}},

		{"a value that is missing", "CORS_ALLOWED_ORIGINS =\nA = 1", []string{"1:22: CORS_ALLOWED_ORIGINS needs a value behind this: write it"}},
		{"an operand that is missing", "CORS_PREFLIGHT_MAX_AGE = 1 +\nA = 1", []string{"1:28: CORS_PREFLIGHT_MAX_AGE needs a value behind this: write it"}},
		{"a string that does not end", "A = 1\nCORS_X = 'a\n", []string{"2:10: a string begins here and does not end: write the quote that ends it"}},
		{"a bracket that is not closed", "CORS_X = [\n(1, 2)\n\n", []string{`1:10: "[": is not closed: write the bracket that closes it`}},
		{"a bracket that closes another", "CORS_X = [1)", []string{`1:12: ")": closes no bracket that is open: remove it, or write the one that is missing`}},
		{"a quote of a text", "CORS_X = [“a”]", []string{`1:11: "“": is no quote to Python: write " or '`}},
		{"a character that Python has not", "A = 1\n$ pip install django-cors-headers", []string{`2:1: "$": is nothing that Python has here: remove it`}},
		{"brackets that are too deep", "CORS_X = " + strings.Repeat("[", 101), []string{`1:110: "[": stands within 100 others, and no deeper ones are read: write it flatter`}},
		{"a byte that is not UTF-8", "A = 'a'\n# \xe9", []string{"2:3: the byte 0xe9 is not UTF-8: save the text as UTF-8"}},
		{"everything at once, in order", "CORS_ALLOW_METHODS = 'GET'\nif 1: CORS_X = 1\nCORS_PREFLIGHT_MAX_AGE = '5'\nCORS_URLS_REGEX = r'\\1'", []string{
			`1:22: CORS_ALLOW_METHODS is a string: write a list, such as ["GET"], since parentheses make no tuple without a comma`, "2:7: CORS_X " + inBlock + "CORS_X = and the value, at the beginning of a line and without anything around it",
			"3:26: CORS_PREFLIGHT_MAX_AGE is a string: write a whole number of seconds", `4:19: CORS_URLS_REGEX "\\1": at character 1: "\\1" is a back-reference, which RE2 lacks: write the alternatives out`,
		}},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			cfg, _, err := config.ParseDjango([]byte(test.source))
			if !reflect.DeepEqual(cfg, cors.Config{}) {
				t.Errorf("it returns %+v", cfg)
			}
			expectErrors(t, err, test.want)
		})
	}
}

func TestParseDjangoRefusesWhatIsTooLong(t *testing.T) {
	const limit = 1 << 20
	text := []byte("CORS_ALLOW_ALL_ORIGINS = True #" + strings.Repeat("x", limit))
	if _, _, err := config.ParseDjango(text[:limit]); err != nil {
		t.Error(err)
	}
	_, _, err := config.ParseDjango(text[:limit+1])
	expectErrors(t, err, []string{"the text has 1048577 bytes, and no more than 1048576 are read: shorten it"})
}

// Lists and strings that double with every line are not worked out.
func TestParseDjangoBoundsWhatItPutsTogether(t *testing.T) {
	for _, source := range []string{"A = ['a']\n" + strings.Repeat("A = A + A\n", 60), "A = 'a'\n" + strings.Repeat("A = A + A\n", 60), "A = ['a']\n" + strings.Repeat("A += A\n", 60), "A = ('a',)\n" + strings.Repeat("A = (*A, *A)\n", 60), "A = ['a']\n" + strings.Repeat("A = list(A) + A\n", 60)} {
		_, _, err := config.ParseDjango([]byte(source + "CORS_ALLOW_METHODS = A"))
		var errs config.Errors
		if !errors.As(err, &errs) || len(errs) != 1 || !strings.Contains(errs[0].Message, "is not known, because of line") && !strings.Contains(errs[0].Message, "more is put together here") {
			t.Errorf("%.30q… gives %.200v", source, err)
		}
	}
}

// What package cors refuses is found in the text.
func TestParseDjangoChecksWhatValuesMean(t *testing.T) {
	tests := []struct {
		title, source string
		want          string
		code          cors.Code
	}{
		{"an origin", "A = 'https://b.example/'\nCORS_ALLOWED_ORIGINS = [\n  'https://a.example',\n  A,\n]", `1:5: CORS_ALLOWED_ORIGINS "https://b.example/": `, origin.CodePath},
		{"an origin that lacks the comma behind it", "CORS_ALLOWED_ORIGINS = [\n  'https://a.example'\n  'https://b.example'\n]", `2:3: CORS_ALLOWED_ORIGINS "https://a.examplehttps://b.example": `, origin.CodePath},
		{"every origin", "CORS_ALLOW_CREDENTIALS = True\nCORS_ORIGIN_ALLOW_ALL = True", `2:1: CORS_ORIGIN_ALLOW_ALL with CORS_ALLOW_CREDENTIALS lets any site read`, cors.CodeAnyOriginWithCredentials},
		{"an age", "CORS_ALLOW_ALL_ORIGINS = True\nCORS_PREFLIGHT_MAX_AGE = 60 * 60 * 24 * 7", `2:1: CORS_PREFLIGHT_MAX_AGE "604800": is more than 24 hours`, cors.CodeMaxAge},
		{"a header behind others that are dropped", "CORS_ALLOW_ALL_ORIGINS = True\nCORS_ALLOW_HEADERS = ['dnt', 'origin', 'x-a',\n 'cookie']", `3:2: CORS_ALLOW_HEADERS "cookie": `, cors.CodeHeaderBanned},
		{"an expression", "CORS_ALLOWED_ORIGIN_REGEXES = [\n r'^https://a\\.example$', re.compile(r'^https://.*example\\.com$', re.I)]", `2:38: CORS_ALLOWED_ORIGIN_REGEXES "(?i)^https://.*example\\.com$": `, cors.CodeUnconfinedExpression},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			_, _, err := config.ParseDjango([]byte(test.source))
			var cause *cors.ConfigError
			if !errors.As(err, &cause) || cause.Code != test.code || !strings.HasPrefix(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("it says\n%v (%v)\nwant\n%s… (%s)", err, cause, test.want, test.code)
			}
		})
	}
}

func FuzzParseDjango(f *testing.F) {
	f.Add([]byte(settings))
	for _, seed := range []string{
		"CORS_ALLOWED_ORIGINS = [*('https://a.example',), r'\\']", "if 1: CORS_X = 1; CORS_Y = 2", "CORS_ALLOW_METHODS += default_methods", "A: B = C = {1: 2}\n\tD", "'''", "CORS_URLS_REGEX = re.compile('a', flags=re.I | re.S)",
		"import a.b as c, d\nfrom .x import (y as z, *)", "CORS_PREFLIGHT_MAX_AGE = -(0x1F // 0o7) * 1_0 - 2", "\\\n\\", "CORS_ALLOWED_ORIGINS = 'a' \"\\x41\\u00e9\\777\" u'\\N{X}'", "A = [\r\n#\r]\f",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		cfg, notes, err := config.ParseDjango(source)
		lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(string(source), "\uFEFF")), "\n")
		check := func(p config.Position, about any) {
			if p.Line < 1 || p.Line > len(lines) || p.Column < 1 || p.Column > len(lines[p.Line-1])+1 {
				t.Errorf("%v is not in the text", about)
			}
		}
		for _, note := range notes {
			if note.Position != (config.Position{}) { // that something is missing is nowhere
				check(note.Position, note)
			}
		}
		if err == nil {
			if _, err := cors.New(cfg); err != nil {
				var problem *cors.ConfigError
				if !errors.As(err, &problem) || problem.Code != cors.CodeOriginMissing {
					t.Errorf("package cors says %v", err)
				}
			}
			return
		}
		var errs config.Errors
		if !errors.As(err, &errs) || !reflect.DeepEqual(cfg, cors.Config{}) {
			t.Fatalf("%T, %+v", err, cfg)
		}
		for _, e := range errs {
			check(e.Position, e)
		}
	})
}

// projects are settings that django-cors-headers and the translation have to
// read as the same policy.
var projects = []string{
	"",
	"CORS_ALLOWED_ORIGINS = ['https://app.example.com', 'http://localhost:3000', 'null']",
	"CORS_ORIGIN_WHITELIST = ('https://app.example.com',)",
	"CORS_ORIGIN_WHITELIST = ('https://app.example.com',)\nCORS_ALLOWED_ORIGINS = ['https://b.example.org']",
	"CORS_ALLOW_ALL_ORIGINS = True",
	"CORS_ORIGIN_ALLOW_ALL = True\nCORS_ALLOWED_ORIGINS = ['https://app.example.com']",
	"CORS_ALLOW_ALL_ORIGINS = False\nCORS_ORIGIN_ALLOW_ALL = True\nCORS_ALLOWED_ORIGINS = ['https://app.example.com']",
	"CORS_ALLOW_ALL_ORIGINS = True\nCORS_ALLOW_CREDENTIALS = True\nCORS_ACCEPT_RISKS = ['any-origin-with-credentials']",
	`CORS_ALLOWED_ORIGIN_REGEXES = [r'^https://\w+\.example\.com$']`,
	`CORS_ALLOWED_ORIGIN_REGEXES = [r'^https://\w+\.example\.com(:\d+)?$', re.compile(r'^HTTPS://B\.example\.org\Z', re.I)]`,
	`CORS_ORIGIN_REGEX_WHITELIST = [r'https://(?#any)\w{,3}\.example\.com$']`,
	`CORS_ALLOWED_ORIGIN_REGEXES = [r'^https://\w+\.example\.com']`,
	`CORS_ALLOWED_ORIGIN_REGEXES = [r'^https://app\.example\.com|^https://b\.example\.org$']`,
	"CORS_ALLOWED_ORIGINS = ['https://app.example.com']\nCORS_URLS_REGEX = r'^/api/.*$'",
	"CORS_ALLOWED_ORIGINS = ['https://app.example.com']\nCORS_URLS_REGEX = r'^/api/'",
	"CORS_ALLOWED_ORIGINS = ['https://app.example.com']\nCORS_URLS_REGEX = r'/api'",
	"CORS_ALLOWED_ORIGINS = ['https://app.example.com']\nCORS_URLS_REGEX = r'/api$'",
	"CORS_ALLOWED_ORIGINS = ['https://app.example.com']\nCORS_URLS_REGEX = r'^/$'",
	"CORS_ALLOWED_ORIGINS = ['https://app.example.com']\nCORS_URLS_REGEX = r'^/api/|/v2'",
	"CORS_ALLOWED_ORIGINS = ['https://app.example.com']\nCORS_URLS_REGEX = re.compile('^/API/', re.I)",
	"CORS_ALLOWED_ORIGINS = ['https://app.example.com']\nCORS_URLS_REGEX = ''",
	"CORS_ALLOWED_ORIGINS = ['https://app.example.com']\nCORS_URLS_REGEX = 'api'",
	"from corsheaders.defaults import default_headers, default_methods\nCORS_ALLOWED_ORIGINS = ['https://app.example.com']\nCORS_ALLOW_HEADERS = (*default_headers, 'x-a')\nCORS_ALLOW_METHODS = list(default_methods) + ['POKE']",
	"CORS_ALLOWED_ORIGINS = ['https://app.example.com']\nCORS_ALLOW_HEADERS = ['accept', 'accept-encoding', 'dnt', 'origin', 'X-A']\nCORS_ALLOW_METHODS = ['GET', 'PUT']",
	"CORS_ALLOWED_ORIGINS = ['https://app.example.com']\nCORS_ALLOW_HEADERS = ['*']\nCORS_ALLOW_METHODS = ['*']\nCORS_EXPOSE_HEADERS = ['*']",
	"CORS_ALLOWED_ORIGINS = ['https://app.example.com']\nCORS_EXPOSE_HEADERS = ('X-B', 'X-C')\nCORS_PREFLIGHT_MAX_AGE = 0\nCORS_ALLOW_CREDENTIALS = True",
	"CORS_ALLOWED_ORIGINS = ['https://app.example.com']\nCORS_PREFLIGHT_MAX_AGE = 60 * 60\nCORS_ALLOW_METHODS = ()\nCORS_ALLOW_HEADERS = []",
	"A = ['https://app.example.com']\nCORS_ALLOWED_ORIGINS = A\nA += ['https://b.example.org']",
}

// TestTranslatedSettingsMeanTheSame asks django-cors-headers and the engine the
// same about the same settings.
func TestTranslatedSettingsMeanTheSame(t *testing.T) {
	type answer struct {
		Enabled bool
		Headers map[string]string
	}
	type request struct{ Method, Path, Origin string }
	var requests []request
	for _, path := range []string{"/", "/api", "/api/", "/api/x", "/apix", "/x/api/", "/v2", "/v2/x", "/API/x"} {
		for _, o := range []string{app, "https://a.example.com", "https://abcd.example.com", "https://a.b.example.com", "https://a.example.com:8443", "https://b.example.org", "http://app.example.com", "http://localhost:3000", "http://localhost:3001", "null",
			"https://app.example.com.attacker.example", "https://b.example.org.attacker.example", "https://evil.example"} {
			requests = append(requests, request{"GET", path, o}, request{"OPTIONS", path, o})
		}
	}
	question, err := json.Marshal(map[string]any{"projects": projects, "requests": requests})
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(pythonWithDjango(t), "-W", "ignore", "-c", `
import json, re, sys
question = json.load(sys.stdin)
from django.conf import settings
settings.configure(ALLOWED_HOSTS=["*"])
import django
django.setup()
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from corsheaders.checks import check_settings
from corsheaders.middleware import CorsMiddleware

def ask(request):
    extra = {"HTTP_ORIGIN": request["Origin"]}
    if request["Method"] == "OPTIONS":
        extra["HTTP_ACCESS_CONTROL_REQUEST_METHOD"] = "PUT"
    made = RequestFactory().generic(request["Method"], request["Path"], **extra)
    response = CorsMiddleware(lambda r: HttpResponse())(made)
    return {"Enabled": "Vary" in response, "Headers": {k.lower(): v for k, v in response.items() if k.lower().startswith("access-control-")}}

answers = []
for source in question["projects"]:
    names = {"re": re}
    exec(source, names)
    with override_settings(**{k: v for k, v in names.items() if k.startswith("CORS_")}):
        errors = [str(e) for e in check_settings()]
        if errors:
            sys.exit(source + "\n" + "\n".join(errors))
        answers.append([ask(request) for request in question["requests"]])
print(json.dumps(answers))
`)
	command.Stdin = strings.NewReader(string(question))
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, err.(*exec.ExitError).Stderr)
	}
	var all [][]answer
	if err := json.Unmarshal(out, &all); err != nil {
		t.Fatal(err)
	}
	for i, source := range projects {
		cfg, notes, err := config.ParseDjango([]byte(source))
		if err != nil {
			t.Errorf("%s\n%v", source, err)
			continue
		}
		stricter := slices.ContainsFunc(notes, func(n config.Note) bool { return strings.Contains(n.Done, "does not say where an origin ends") })
		fewer := 0
		engine, err := cors.New(cfg)
		if err != nil {
			if source != "" {
				t.Errorf("%s\n%v", source, err)
			}
			continue
		}
		for k, r := range requests {
			question := cors.Request{Method: r.Method, Path: r.Path, Origin: r.Origin}
			if r.Method == "OPTIONS" {
				question.AccessControlRequestMethod = "PUT"
			}
			d := engine.Decide(&question)
			header := make(http.Header)
			d.Apply(header)
			there := all[i][k]
			if governed := d.Reason() != cors.ReasonNotGoverned; governed != there.Enabled {
				t.Errorf("%s\n%+v: governed here: %v, there: %v", source, r, governed, there.Enabled)
			}
			if stricter && !d.Allowed() && there.Headers["access-control-allow-origin"] != "" {
				fewer++
				if !strings.HasSuffix(r.Origin, ".attacker.example") && !strings.HasSuffix(r.Origin, ":8443") {
					t.Errorf("%s\n%+v is not allowed", source, r)
				}
				continue
			}
			here := plainHeaders(header, r.Method)
			want := maps.Clone(there.Headers)
			normalize(want, r.Method)
			if !maps.Equal(here, want) {
				t.Errorf("%s\n%+v is answered with\n%v, and there with\n%v", source, r, here, want)
			}
		}
		if stricter != (fewer > 0) {
			t.Errorf("%s\nfewer origins in %d cases, and the note says so: %v", source, fewer, stricter)
		}
	}
}

// plainHeaders returns the CORS headers of an answer as the other side has them.
func plainHeaders(header http.Header, method string) map[string]string {
	plain := make(map[string]string)
	for name, values := range header {
		if name = strings.ToLower(name); strings.HasPrefix(name, "access-control-") {
			plain[name] = values[0]
		}
	}
	normalize(plain, method)
	return plain
}

// normalize leaves out what makes no difference to a browser: who may do
// nothing needs no further headers; what a preflight exposes; and names of
// headers that scripts cannot set, and how lists are written.
func normalize(headers map[string]string, method string) {
	if headers["access-control-allow-origin"] == "" {
		clear(headers)
	}
	if method == "OPTIONS" {
		delete(headers, "access-control-expose-headers")
	}
	for name, value := range headers {
		var members []string
		for member := range strings.SplitSeq(strings.ToLower(value), ",") {
			if member = strings.TrimSpace(member); member != "" && !slices.Contains([]string{"accept-encoding", "dnt", "origin"}, member) {
				members = append(members, member)
			}
		}
		headers[name] = strings.Join(members, ",")
		if members == nil {
			delete(headers, name)
		}
	}
}

// pythonWithDjango returns the first python3 of the path that has what the test
// needs.
func pythonWithDjango(t *testing.T) string {
	t.Helper()
	for _, folder := range filepath.SplitList(os.Getenv("PATH")) {
		python := filepath.Join(folder, "python3")
		if exec.Command(python, "-c", "import corsheaders, django").Run() == nil {
			return python
		}
	}
	const message = "no python3 has Django and django-cors-headers: install the Debian packages python3-django and python3-django-cors-headers"
	if os.Getenv("CI") != "" {
		t.Fatal(message)
	}
	t.Skip(message)
	return ""
}
