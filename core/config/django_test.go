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
)

func TestParseDjangoReads(t *testing.T) {
	tests := []struct {
		title, text string
		want        cors.Config
		notes       []string
	}{
		{"no setting allows no origin", `{}`, defaults(func(*cors.Config) {}), []string{"CORS_ALLOWED_ORIGINS allows no origin, and neither does another setting"}},
		{"every setting has a field", `{
			"CORS_ALLOWED_ORIGINS": ["https://app.example.com", "https://admin.example.com"],
			"CORS_ALLOWED_ORIGIN_REGEXES": ["^https://[a-z]+\\.example\\.org$", "(?iu)^https://pr-[0-9]+\\.example\\.net$"],
			"CORS_URLS_REGEX": "^/api/.*$",
			"CORS_ALLOW_METHODS": ["PUT", "POKE"],
			"CORS_ALLOW_HEADERS": ["x-request-id"],
			"CORS_EXPOSE_HEADERS": ["X-Total-Count"],
			"CORS_PREFLIGHT_MAX_AGE": 7200,
			"CORS_ALLOW_CREDENTIALS": true,
			"CORS_ALLOW_PRIVATE_NETWORK": true,
			"CORS_ALLOW_ALL_ORIGINS": false,
			"CORS_ACCEPT_RISKS": [],
			"CSRF_TRUSTED_ORIGINS": []
		}`, cors.Config{
			PathRegexps:         []string{`^/api/.*$`},
			AllowOrigins:        []string{app, "https://admin.example.com"},
			AllowOriginRegexps:  []string{`^https://[a-z]+\.example\.org$`, `(?i)^https://pr-[0-9]+\.example\.net$`},
			AllowMethods:        []string{"PUT", "POKE"},
			AllowHeaders:        []string{"x-request-id"},
			ExposeHeaders:       []string{"X-Total-Count"},
			AllowCredentials:    true,
			AllowPrivateNetwork: true,
			MaxAge:              7200,
		}, nil},
		{"a byte order mark and white space don't matter", "\uFEFF\r\n{\"CORS_ALLOW_ALL_ORIGINS\" : true}\r\n", allowing("*"), nil},
		{"an empty list isn't the default", `{"CORS_ALLOWED_ORIGINS": ["https://app.example.com"], "CORS_ALLOW_METHODS": [], "CORS_ALLOW_HEADERS": []}`, cors.Config{AllowOrigins: []string{app}, AllowMethods: []string{}, AllowHeaders: []string{}, MaxAge: 7200}, nil},
		{"an older name is read", `{"CORS_ORIGIN_ALLOW_ALL": true}`, allowing("*"), []string{"CORS_ORIGIN_ALLOW_ALL is read as CORS_ALLOW_ALL_ORIGINS"}},
		{"a misspelt name is read", `{"CORS_ALLOW_ALL_ORIGINS": true, "CORS_MAX_AGE": 60}`, defaults(func(c *cors.Config) { c.AllowOrigins, c.MaxAge = []string{"*"}, 60 }), []string{"CORS_MAX_AGE is read as CORS_PREFLIGHT_MAX_AGE"}},
		{"CSRF_TRUSTED_ORIGINS is ignored", `{"CORS_ALLOW_ALL_ORIGINS": true, "CSRF_TRUSTED_ORIGINS": ["https://app.example.com"]}`, allowing("*"), []string{"CSRF_TRUSTED_ORIGINS has no counterpart"}},
		{"the value of a setting that is ignored doesn't matter", `{"CORS_ALLOW_ALL_ORIGINS": true, "CORS_FILTER": {"type": "function"}}`, allowing("*"), []string{"CORS_FILTER isn't a setting, and is ignored"}},
		{"notes name entries", `{"CORS_ALLOWED_ORIGINS": ["https://app.example.com", "https://*.example.org"], "CORS_ALLOWED_ORIGIN_REGEXES": ["(?u)https://a\\.example"], "CORS_ALLOW_METHODS": ["*"], "CORS_ALLOW_CREDENTIALS": true}`, defaults(func(c *cors.Config) {
			c.AllowOrigins, c.AllowOriginRegexps = []string{app, "https://*.example.org"}, []string{`https://a\.example`}
			c.AllowMethods, c.AllowCredentials = []string{"*"}, true
		}), []string{
			`CORS_ALLOWED_ORIGINS[1] "https://*.example.org": is a pattern here`, `CORS_ALLOWED_ORIGIN_REGEXES[0] "(?u)https://a\\.example": is matched against the whole origin here`, `CORS_ALLOW_METHODS[0] "*": allows everything here`,
		}},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			got, notes, err := config.ParseDjango([]byte(test.text))
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got\n%+v, %v, want\n%+v", got, err, test.want)
			}
			expectNotes(t, notes, test.notes)
		})
	}
}

func TestParseDjangoRefuses(t *testing.T) {
	const run = "; pass the output of this command, run in the Django project: " + config.DjangoCommand
	tests := []struct {
		title, text string
		want        []string
	}{
		{"nothing", ``, []string{"1:1: this isn't JSON: unexpected end of JSON input" + run}},
		{"a settings.py", "import re\n\nCORS_ALLOWED_ORIGINS = []\n", []string{"1:1: this isn't JSON: invalid character 'i' looking for beginning of value" + run}},
		{"a list of settings.py", "\n[\n  'https://a.example'\n]", []string{"3:3: this isn't JSON: invalid character '\\'' looking for beginning of value" + run}},
		{"output of the project before the settings", "DEBUG is on\n{}", []string{"1:1: this isn't JSON: invalid character 'D' looking for beginning of value" + run}},
		{"output of the project after them", "{}\nbye", []string{"2:1: this isn't JSON: invalid character 'b' after top-level value" + run}},
		{"what PowerShell 5 writes to a file", "\xff\xfe{\x00}\x00", []string{"1:1: the byte 0xff isn't UTF-8; save the text as UTF-8" + run}},
		{"a number that JSON lacks", `{"CORS_PREFLIGHT_MAX_AGE": Infinity}`, []string{"1:28: this isn't JSON: invalid character 'I' looking for beginning of value" + run}},
		{"a list", `[]`, []string{"1:1: the document is a list; write an object"}},
		{"null", ` null`, []string{"1:2: the document is null; write an object"}},
		{"a setting that appears twice", `{"CORS_ALLOW_ALL_ORIGINS": false, "CORS_ALLOW_ALL_ORIGINS": true}`, []string{"CORS_ALLOW_ALL_ORIGINS appears twice; write it once"}},
		{"a setting that appears twice by an escape", `{"CORS_ALLOW_ALL_ORIGINS": false, "CORS\u005fALLOW_ALL_ORIGINS": true}`, []string{"CORS_ALLOW_ALL_ORIGINS appears twice; write it once"}},
		{"other settings", `{"DEBUG": true, "cors allowed": 1, "": {"a": [1]}}`, []string{
			"DEBUG isn't a setting of django-cors-headers; remove it", `"cors allowed" isn't a setting of django-cors-headers; remove it`, `"" isn't a setting of django-cors-headers; remove it`,
		}},
		{"a misspelt name that decides who is allowed", `{"CORS_URL_REGEX": "^/api/"}`, []string{"CORS_URL_REGEX isn't a setting, and django-cors-headers ignores it; write CORS_URLS_REGEX if you mean that, or remove it"}},
		{"a string for a list", `{"CORS_ALLOW_METHODS": "GET"}`, []string{`CORS_ALLOW_METHODS is a string; write a list, such as ["GET"]`}},
		{"a string for a list of regular expressions", `{"CORS_ALLOWED_ORIGIN_REGEXES": "(?u)a"}`, []string{`CORS_ALLOWED_ORIGIN_REGEXES is a string; write a list, such as ["(?u)a"]`}},
		{"None for a list", `{"CORS_ALLOWED_ORIGINS": null}`, []string{"CORS_ALLOWED_ORIGINS is null; write a list"}},
		{"a dict for a list", `{"CORS_ALLOWED_ORIGINS": {"https://a.example": true}}`, []string{"CORS_ALLOWED_ORIGINS is an object; write a list"}},
		{"what the command prints for a generator", `{"CORS_ALLOWED_ORIGINS": {"type": "generator"}}`, []string{"CORS_ALLOWED_ORIGINS is of type \"generator\"; write a list"}},
		{"entries that aren't strings", `{"CORS_ALLOWED_ORIGINS": ["https://a.example", 1, {"type": "PosixPath"}, ["https://b.example"], null, false]}`, []string{
			"CORS_ALLOWED_ORIGINS[1] is a number; write a string", "CORS_ALLOWED_ORIGINS[2] is of type \"PosixPath\"; write a string", "CORS_ALLOWED_ORIGINS[3] is a list; write a string",
			"CORS_ALLOWED_ORIGINS[4] is null; write a string", "CORS_ALLOWED_ORIGINS[5] is false; write a string",
		}},
		{"a string for a bool", `{"CORS_ALLOW_CREDENTIALS": "True"}`, []string{"CORS_ALLOW_CREDENTIALS is a string; write True or False"}},
		{"a number for a bool", `{"CORS_ALLOW_ALL_ORIGINS": 1}`, []string{"CORS_ALLOW_ALL_ORIGINS is a number; write True or False"}},
		{"a bool for a number", `{"CORS_PREFLIGHT_MAX_AGE": true}`, []string{"CORS_PREFLIGHT_MAX_AGE is true; write a whole number of seconds"}},
		{"a fraction", `{"CORS_PREFLIGHT_MAX_AGE": 1.5}`, []string{`CORS_PREFLIGHT_MAX_AGE "1.5": isn't a whole number of seconds, or is too large; write one such as 86400`}},
		{"a number that is too large", `{"CORS_PREFLIGHT_MAX_AGE": 99999999999999999999}`, []string{`CORS_PREFLIGHT_MAX_AGE "99999999999999999999": isn't a whole number of seconds, or is too large; write one such as 86400`}},
		{"a negative number", `{"CORS_PREFLIGHT_MAX_AGE": -5}`, []string{`CORS_PREFLIGHT_MAX_AGE "-5": is negative; write how many seconds browsers may cache a preflight response, or 0 if they may not`}},
		{"a list of regular expressions for paths", `{"CORS_URLS_REGEX": ["/a"]}`, []string{"CORS_URLS_REGEX is a list; write a string"}},
		{"half of a surrogate pair", `{"CORS_URLS_REGEX": "^/\ud83d"}`, []string{"CORS_URLS_REGEX \"^/\uFFFD\": contains U+FFFD, which replaces a character that was lost; write that character"}},
		{"a regular expression that RE2 lacks", `{"CORS_ALLOWED_ORIGIN_REGEXES": ["^https://a\\.example$", "^https://(?!admin)\\w+\\.example\\.com$"]}`, []string{`CORS_ALLOWED_ORIGIN_REGEXES[1] "^https://(?!admin)\\w+\\.example\\.com$": RE2 has no "(?!"; write what is allowed without it`}},
		{"a regular expression that RE2 lacks, and one that matches nothing", `{"CORS_ALLOWED_ORIGIN_REGEXES": ["(a)\\1", "a$"]}`, []string{"CORS_ALLOWED_ORIGIN_REGEXES[0] \"(a)\\\\1\": RE2 has no back-references such as \"\\\\1\"; write out the alternatives", "CORS_ALLOWED_ORIGIN_REGEXES[1] \"a$\": matches no serialized origin: those are a lower-case scheme and host and a port unless it is the default, with nothing behind, such as \"https://app.example.com\""}},
		{"a flag that RE2 lacks", `{"CORS_URLS_REGEX": "(?ux)/a"}`, []string{`CORS_URLS_REGEX "(?ux)/a": RE2 has no verbose regular expressions; write it without white space and comments, and remove the flag x (re.VERBOSE)`}},
		{"every origin in the list", `{"CORS_ALLOWED_ORIGINS": ["*"]}`, []string{`CORS_ALLOWED_ORIGINS[0] "*": isn't an origin, and django-cors-headers refuses it, too; set CORS_ALLOW_ALL_ORIGINS to true if every site may read responses`}},
		{"everything at once", `{"DEBUG": 1, "CORS_X": 1, "CORS_ALLOW_METHODS": "GET", "CORS_PREFLIGHT_MAX_AGE": "5", "CORS_URLS_REGEX": "(a)\\1"}`, []string{
			"DEBUG isn't a setting of django-cors-headers; remove it", `CORS_URLS_REGEX "(a)\\1": RE2 has no back-references such as "\\1"; write out the alternatives`,
			`CORS_ALLOW_METHODS is a string; write a list, such as ["GET"]`, "CORS_PREFLIGHT_MAX_AGE is a string; write a whole number of seconds",
		}},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			cfg, _, err := config.ParseDjango([]byte(test.text))
			if !reflect.DeepEqual(cfg, cors.Config{}) {
				t.Errorf("it returns %+v", cfg)
			}
			expectErrors(t, err, test.want)
		})
	}
}

func TestParseDjangoRefusesWhatIsTooLong(t *testing.T) {
	const limit = 1 << 20
	text := []byte(`{"CORS_ALLOW_ALL_ORIGINS": true}` + strings.Repeat(" ", limit))
	if _, _, err := config.ParseDjango(text[:limit]); err != nil {
		t.Error(err)
	}
	if _, _, err := config.ParseDjango(text[:limit+1]); err == nil || !strings.HasPrefix(err.Error(), "the text has 1048577 bytes, and at most 1048576 are read") {
		t.Error(err)
	}
}

// What package cors refuses is reported by the names of settings.
func TestParseDjangoChecksWhatValuesMean(t *testing.T) {
	tests := []struct {
		title, text string
		want        string
		code        cors.Code
	}{
		{"an origin", `{"CORS_ALLOWED_ORIGINS": ["https://a.example", "https://b.example/"]}`, `CORS_ALLOWED_ORIGINS[1] "https://b.example/": `, cors.CodeOriginPath},
		{"a compiled regular expression for an origin", `{"CORS_ALLOWED_ORIGINS": ["(?u)https://a"]}`, `CORS_ALLOWED_ORIGINS[0] "(?u)https://a": `, cors.CodeOriginRegexp},
		{"every origin", `{"CORS_ALLOW_CREDENTIALS": true, "CORS_ORIGIN_ALLOW_ALL": true}`, `CORS_ORIGIN_ALLOW_ALL with CORS_ALLOW_CREDENTIALS lets any site read`, cors.CodeAnyOriginWithCredentials},
		{"an age", `{"CORS_ALLOW_ALL_ORIGINS": true, "CORS_PREFLIGHT_MAX_AGE": 604800}`, `CORS_PREFLIGHT_MAX_AGE "604800": is more than 24 hours`, cors.CodeMaxAge},
		{"a header after others that are dropped", `{"CORS_ALLOW_ALL_ORIGINS": true, "CORS_ALLOW_HEADERS": ["dnt", "origin", "x-a", "cookie"]}`, `CORS_ALLOW_HEADERS[3] "cookie": `, cors.CodeHeaderForbidden},
		{"a regular expression", `{"CORS_ALLOWED_ORIGIN_REGEXES": ["^https://a\\.example$", "(?iu)^https://.*example\\.com$"]}`, `CORS_ALLOWED_ORIGIN_REGEXES[1] "(?iu)^https://.*example\\.com$": `, cors.CodeUnconfinedRegexp},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			_, _, err := config.ParseDjango([]byte(test.text))
			var cause *cors.ConfigError
			if !errors.As(err, &cause) || cause.Code != test.code || !strings.HasPrefix(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("it says\n%v (%v)\nwant\n%s… (%s)", err, cause, test.want, test.code)
			}
		})
	}
}

func FuzzParseDjango(f *testing.F) {
	for _, seed := range []string{
		`{"CORS_ALLOWED_ORIGINS": ["https://app.example.com"], "CORS_URLS_REGEX": "(?i)^/api/"}`, `{"CORS_ALLOWED_ORIGIN_REGEXES": ["^https://\\w{,3}\\.example\\.com\\Z", "(?ux)a"]}`, `{"CORS_ALLOW_ALL_ORIGINS": true, "CORS_ALLOW_CREDENTIALS": true, "CORS_ACCEPT_RISKS": ["any-origin-with-credentials=*"]}`,
		`{"CORS_ALLOW_HEADERS": ["dnt", "*"], "CORS_ALLOW_METHODS": ["*"], "CORS_ALLOW_CREDENTIALS": true, "CORS_PREFLIGHT_MAX_AGE": -1e3}`, `{"CORS_X": {"type": "function"}, "CSRF_TRUSTED_ORIGINS": [null], "A": {}, "A": 1}`, "CORS_ALLOWED_ORIGINS = []", `[]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		cfg, notes, err := config.ParseDjango(data)
		for _, note := range notes {
			if note.Name == "" || note.Message == "" {
				t.Errorf("the note %+v lacks something", note)
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
	})
}

// project is the settings.py of a Django project. Python has to run for most of
// its values.
const project = `
import os
import re
from pathlib import Path

from corsheaders.defaults import default_headers, default_methods
from django.utils.functional import SimpleLazyObject

from .shared import FRONTEND

DEBUG = os.environ.get("DJANGO_DEBUG") == "1"
SECRET_KEY = "secret"
INSTALLED_APPS = ["corsheaders"]

CORS_ALLOWED_ORIGINS = [f"https://{name}.example.com" for name in ("admin", "shop")]
CORS_ALLOWED_ORIGINS.append(SimpleLazyObject(lambda: FRONTEND))
CORS_ALLOWED_ORIGIN_REGEXES = {
    re.compile(r"""^https://"pr-\d{,3}"\.example\.net$""".replace('"', ""), re.IGNORECASE | re.ASCII),
}
CORS_URLS_REGEX = re.compile("^/" + "api/")
CORS_ALLOW_METHODS = (*default_methods, "POKE")
CORS_ALLOW_HEADERS = SimpleLazyObject(lambda: [name for name in default_headers if name not in {"accept-encoding", "dnt", "origin"}] + ["x-request-id"])
CORS_EXPOSE_HEADERS = tuple(name.title() for name in ["x-total-count"])
CORS_PREFLIGHT_MAX_AGE = 60 * 60 * 2
CORS_ALLOW_CREDENTIALS = not DEBUG
if DEBUG:
    CORS_ALLOWED_ORIGINS += ["http://localhost:3000"]
`

// TestDjangoCommand runs the command in Django projects.
func TestDjangoCommand(t *testing.T) {
	t.Run("computed settings", func(t *testing.T) {
		cfg, notes, err := config.ParseDjango(runInDjango(t, project))
		want := cors.Config{
			PathRegexps:        []string{`^/api/.*`},
			AllowOrigins:       []string{"https://admin.example.com", "https://shop.example.com", app, "http://localhost:3000"},
			AllowOriginRegexps: []string{`(?i)^https://pr-\d{0,3}\.example\.net$`},
			AllowMethods:       append(cors.DefaultMethods(), "POKE"),
			AllowHeaders:       []string{"accept", "authorization", "content-type", "user-agent", "x-csrftoken", "x-requested-with", "x-request-id"},
			ExposeHeaders:      []string{"X-Total-Count"},
			MaxAge:             7200,
		}
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(cfg.AllowMethods)
		slices.Sort(want.AllowMethods)
		if !reflect.DeepEqual(cfg, want) {
			t.Errorf("got\n%+v, want\n%+v", cfg, want)
		}
		expectNotes(t, notes, nil)
	})
	t.Run("values that aren't JSON, and flags that RE2 lacks", func(t *testing.T) {
		_, _, err := config.ParseDjango(runInDjango(t, `
import re
from pathlib import Path
INSTALLED_APPS = ["corsheaders"]
CORS_ALLOWED_ORIGINS = (origin for origin in ["https://a.example"])
CORS_ALLOWED_ORIGIN_REGEXES = [re.compile("a  # b", re.VERBOSE | re.IGNORECASE)]
CORS_URLS_REGEX = Path("/api")
CORS_EXPOSE_HEADERS = [b"X-A", lambda: "X-B", re.compile(b"X-C")]
`))
		expectErrors(t, err, []string{
			"CORS_ALLOWED_ORIGINS is of type \"generator\"; write a list",
			`CORS_ALLOWED_ORIGIN_REGEXES[0] "(?iux)a  # b": RE2 has no verbose regular expressions; write it without white space and comments, and remove the flag x (re.VERBOSE)`,
			"CORS_URLS_REGEX is of type \"PosixPath\"; write a string",
			"CORS_EXPOSE_HEADERS[0] is of type \"bytes\"; write a string",
			"CORS_EXPOSE_HEADERS[1] is of type \"function\"; write a string",
			"CORS_EXPOSE_HEADERS[2] is of type \"Pattern\"; write a string",
		})
	})
}

// A shell that expands something within double quotes would change the command.
func TestDjangoCommandIsTheSameInEveryShell(t *testing.T) {
	if i := strings.IndexAny(config.DjangoCommand, "$`\\!%^\n"); i >= 0 {
		t.Errorf("a shell may expand %q", config.DjangoCommand[i])
	}
	if n := strings.Count(config.DjangoCommand, `"`); n != 2 {
		t.Errorf("it has %d double quotes, want 2", n)
	}
}

// runInDjango returns what DjangoCommand prints in a project with these settings.
func runInDjango(t *testing.T, settings string) []byte {
	t.Helper()
	python, folder := pythonWithDjango(t), t.TempDir()
	for name, text := range map[string]string{
		"bin/python":          "#!/bin/sh\nexec '" + python + "' \"$@\"\n",
		"project/__init__.py": "",
		"project/shared.py":   "FRONTEND = 'https://app.example.com'\n",
		"project/settings.py": settings,
		"manage.py":           "import sys\nfrom django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n",
	} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command("sh", "-c", config.DjangoCommand)
	command.Dir = folder
	command.Env = append(os.Environ(), "DJANGO_SETTINGS_MODULE=project.settings", "DJANGO_DEBUG=1", "PATH="+filepath.Join(folder, "bin")+":"+os.Getenv("PATH"))
	out, err := command.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		t.Fatalf("%v: %s", err, exit.Stderr)
	} else if err != nil {
		t.Fatal(err)
	}
	return out
}

// projects are settings that mean the same policy to django-cors-headers and to
// the engine.
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
	`CORS_ORIGIN_REGEX_WHITELIST = [r'https://\w{,3}\.example\.com$']`,
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
	"from corsheaders.defaults import default_headers, default_methods\nCORS_ALLOWED_ORIGINS = ['https://app.example.com']\nCORS_ALLOW_HEADERS = (*default_headers, 'x-a')\nCORS_ALLOW_METHODS = list(default_methods) + ['POKE']",
	"CORS_ALLOWED_ORIGINS = ['https://app.example.com']\nCORS_ALLOW_HEADERS = ['accept', 'accept-encoding', 'dnt', 'origin', 'X-A']\nCORS_ALLOW_METHODS = ['GET', 'PUT']",
	"CORS_ALLOWED_ORIGINS = ['https://app.example.com']\nCORS_ALLOW_HEADERS = ['*']\nCORS_ALLOW_METHODS = ['*']\nCORS_EXPOSE_HEADERS = ['*']",
	"CORS_ALLOWED_ORIGINS = ['https://app.example.com']\nCORS_EXPOSE_HEADERS = ('X-B', 'X-C')\nCORS_PREFLIGHT_MAX_AGE = 0\nCORS_ALLOW_CREDENTIALS = True",
	"CORS_ALLOWED_ORIGINS = ['https://app.example.com']\nCORS_PREFLIGHT_MAX_AGE = 60 * 60\nCORS_ALLOW_METHODS = ()\nCORS_ALLOW_HEADERS = []",
	"CORS_ALLOWED_ORIGINS = tuple(f'https://{name}.example.com' for name in ['a', 'app'])\nif True:\n    CORS_ALLOW_CREDENTIALS = len(CORS_ALLOWED_ORIGINS) == 2",
	"A = ['https://app.example.com']\nCORS_ALLOWED_ORIGINS = A\nA += ['https://b.example.org']",
}

// applyDefaults replaces the defaults of django-cors-headers in a preflight response
// with those of package cors.
func applyDefaults(header map[string]string, settings string) {
	const allowHeaders, maxAge = "access-control-allow-headers", "access-control-max-age"
	if header["access-control-allow-methods"] == "" && header[allowHeaders] == "" && !strings.Contains(settings, "CORS_ALLOW_METHODS = ()") {
		return // not a preflight response
	}
	if !strings.Contains(settings, "CORS_ALLOW_HEADERS") {
		header[allowHeaders] = strings.Join(cors.DefaultHeaders(), ",")
	}
	switch {
	case strings.Contains(settings, "CORS_PREFLIGHT_MAX_AGE = 0"):
		header[maxAge] = "0"
	case !strings.Contains(settings, "CORS_PREFLIGHT_MAX_AGE"):
		header[maxAge] = "7200"
	}
}

// TestTranslatedSettingsMeanTheSame asks django-cors-headers and the engine the
// same about the same settings.
func TestTranslatedSettingsMeanTheSame(t *testing.T) {
	type response struct {
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
	_, quoted, _ := strings.Cut(config.DjangoCommand, ` -c "`)
	question, err := json.Marshal(map[string]any{"projects": projects, "requests": requests, "command": strings.TrimSuffix(quoted, `"`)})
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(pythonWithDjango(t), "-W", "ignore", "-c", `
import contextlib, io, json, re, sys
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
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(question["command"], {})
        answers.append({"Settings": printed.getvalue(), "Responses": [ask(request) for request in question["requests"]]})
print(json.dumps(answers))
`)
	command.Stdin = strings.NewReader(string(question))
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, err.(*exec.ExitError).Stderr)
	}
	var all []struct {
		Settings  string
		Responses []response
	}
	if err := json.Unmarshal(out, &all); err != nil {
		t.Fatal(err)
	}
	for i, source := range projects {
		cfg, notes, err := config.ParseDjango([]byte(all[i].Settings))
		if err != nil {
			t.Errorf("%s\n%v", source, err)
			continue
		}
		stricter := slices.ContainsFunc(notes, func(n config.Note) bool { return strings.Contains(n.Message, "lets anything follow") })
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
			there := all[i].Responses[k]
			if applies := d.Reason() != cors.ReasonNoPolicy; applies != there.Enabled {
				t.Errorf("%s\n%+v: applies here: %v, there: %v", source, r, applies, there.Enabled)
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
			applyDefaults(want, source)
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
		// Without a list, these are allowed as well.
		if members == nil || name == "access-control-allow-methods" && headers[name] == "get,head,post" {
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

// The page shows the command as it is.
func TestThePageShowsTheCommand(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "\n"+config.DjangoCommand+"\n") {
		t.Error("README.md doesn't have config.DjangoCommand")
	}
}
