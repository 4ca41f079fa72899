package config_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/config"
)

const app = "https://app.example.com"

func TestParseJSONReads(t *testing.T) {
	one := []cors.Config{{AllowOrigins: []string{app}}}
	tests := []struct {
		title, text string
		want        []cors.Config
	}{
		{"one Config", `{"allowOrigins": ["https://app.example.com"]}`, one},
		{"a list of one", `[{"allowOrigins": ["https://app.example.com"]}]`, one},
		{"a list of two", `[{"paths": ["/a"], "allowOrigins": ["*"]}, {"allowOrigins": ["https://app.example.com"]}]`, []cors.Config{{Paths: []string{"/a"}, AllowOrigins: []string{"*"}}, one[0]}},
		{"white space of every kind", "\t\r\n {\r\n\t\"allowOrigins\" : [ \"https://app.example.com\" ] }\n\n", one},
		{"escapes in a name and in a value", `{"allow\u004frigins": ["https:\/\/app.example.com"]}`, one},
		{"a byte order mark", "\uFEFF" + `{"allowOrigins": ["https://app.example.com"]}`, one},
		{"an empty list", `{"allowOrigins": ["https://app.example.com"], "allowMethods": []}`, []cors.Config{{AllowOrigins: []string{app}, AllowMethods: []string{}}}},
		{"false, and zero in two ways", `{"allowOrigins": ["https://app.example.com"], "allowCredentials": false, "maxAge": 0, "preflightStatus": -0}`, one},
		{"a negative number", `{"allowOrigins": ["https://app.example.com"], "maxAge": -1}`, []cors.Config{{AllowOrigins: []string{app}, MaxAge: -1}}},
		{"no origin yet, since a function can allow some", `{"allowCredentials": true}`, []cors.Config{{AllowCredentials: true}}},
		{"a character beyond the basic plane", `{"allowOrigins": ["https://app.example.com"], "paths": ["/\ud83d\ude00"]}`, []cors.Config{{AllowOrigins: []string{app}, Paths: []string{"/😀"}}}},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			got, err := config.ParseJSON([]byte(test.text))
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, %v, want %+v", got, err, test.want)
			}
		})
	}
}

func TestParseJSONRefuses(t *testing.T) {
	const origins = `"allowOrigins": ["https://app.example.com"]`
	names := func(text string) string {
		return strings.ReplaceAll(text, "NAMES", strings.Join(jsonNames(), ", "))
	}
	tests := []struct {
		title, text string
		want        []string
	}{
		{"nothing", ``, []string{`1:1: this isn't JSON: unexpected end of JSON input; write a policy such as {"allowOrigins": ["https://app.example.com"]}`}},
		{"white space", "\n \n", []string{`2:2: this isn't JSON: unexpected end of JSON input; write a policy such as {"allowOrigins": ["https://app.example.com"]}`}},
		{"a part", `{"allowOrigins": ["*"`, []string{`1:21: this isn't JSON: unexpected end of JSON input; close what is open: a quote, a bracket or a brace`}},
		{"a quote without an end", `"`, []string{`1:1: this isn't JSON: unexpected end of JSON input; close what is open: a quote, a bracket or a brace`}},
		{"a comma at the end of a list", "{\n  \"allowOrigins\": [\"*\",]\n}", []string{`2:24: this isn't JSON: invalid character ']' looking for beginning of value; remove the comma before it`}},
		{"a comma at the end of an object", `{"maxAge": 600, }`, []string{`1:17: this isn't JSON: invalid character '}' looking for beginning of object key string; remove the comma before it`}},
		{"no comma between fields", `{"maxAge": 600 "passPreflight": true}`, []string{`1:16: this isn't JSON: invalid character '"' after object key:value pair; write a comma before it`}},
		{"no colon", `{"maxAge" 600}`, []string{`1:11: this isn't JSON: invalid character '6' after object key; write a colon before it`}},
		{"names without quotes", `{allowOrigins: []}`, []string{`1:2: this isn't JSON: invalid character 'a' looking for beginning of object key string; write quotes around names and texts, as in "allowOrigins"`}},
		{"origins without quotes", `{"allowOrigins": [https://app.example.com]}`, []string{`1:19: this isn't JSON: invalid character 'h' looking for beginning of value; write quotes around names and texts, as in "allowOrigins"`}},
		{"single quotes", `{'allowOrigins': []}`, []string{`1:2: this isn't JSON: invalid character '\'' looking for beginning of object key string; write quotes as in "allowOrigins"`}},
		{"true as in Python", `{"allowCredentials": True}`, []string{`1:22: this isn't JSON: invalid character 'T' looking for beginning of value; write true or false`}},
		{"a backslash of a regular expression", `{"pathRegexps": ["/v\d"]}`, []string{`1:22: this isn't JSON: invalid character 'd' in string escape code; write a backslash as "\\"`}},
		{"a comment", "{} // none", []string{`1:4: this isn't JSON: invalid character '/' after top-level value; remove the comment`}},
		{"a comment at the beginning", "# none\n{}", []string{`1:1: this isn't JSON: invalid character '#' looking for beginning of value; remove the comment`}},
		{"a second document", `{` + origins + `} {}`, []string{`1:47: this isn't JSON: invalid character '{' after top-level value; write several policies as a list: [{…}, {…}]`}},
		{"a list after a document", "{}\n[]", []string{`2:1: this isn't JSON: invalid character '[' after top-level value`}},
		{"a byte that is not UTF-8", "{\n\"allowOrigins\": [\"\xff\"]}", []string{"2:19: the byte 0xff isn't UTF-8; save the text as UTF-8"}},
		{"UTF-16", "\xff\xfe{\x00}\x00", []string{"1:1: the byte 0xff isn't UTF-8; save the text as UTF-8"}},
		{"more levels than package json reads", strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001), []string{`1:10001: this isn't JSON: invalid character '[' exceeded max depth`}},
		{"more levels than there are", `[[[]]]`, []string{`1:2: [0] is a list; write an object`}},

		{"an empty list", ` []`, []string{`1:2: there is no Config; write one such as {"allowOrigins": ["https://app.example.com"]}`}},
		{"null", `null`, []string{`1:1: there is no Config; write one such as {"allowOrigins": ["https://app.example.com"]}`}},
		{"a string", `"*"`, []string{`1:1: the document is a string; write an object, or a list of objects`}},
		{"a number", ` 1`, []string{`1:2: the document is a number; write an object, or a list of objects`}},
		{"true", `true`, []string{`1:1: the document is true; write an object, or a list of objects`}},
		{"a list of what are no Configs", `["*", null, {` + origins + `}]`, []string{`1:2: [0] is a string; write an object`, `1:7: [1] is null; write an object`}},

		{"an unknown name", "{\n  \"origins\": [1, {}],\n  " + origins + "\n}", []string{names(`2:3: origins isn't a field of a policy; write one of NAMES`)}},
		{"a misspelt name", `{"allowedOrigins": ["*"]}`, []string{`1:2: allowedOrigins isn't a field of a policy; write "allowOrigins"`}},
		{"a name in the case of Go", `{"AllowOrigins": ["*"]}`, []string{`1:2: AllowOrigins isn't a field of a policy; write "allowOrigins"`}},
		{"a name that package json takes for another", `{"allowOrigin\u017f": ["*"]}`, []string{`1:2: "allowOriginſ" isn't a field of a policy; write "allowOrigins"`}},
		{"the function", `{"AllowOriginFunc": true}`, []string{names(`1:2: AllowOriginFunc isn't a field of a policy; write one of NAMES`)}},
		{"an empty name", `{"": 1}`, []string{names(`1:2: "" isn't a field of a policy; write one of NAMES`)}},
		{"a name that stands twice", `{` + origins + `, "allowOrigins": ["*"]}`, []string{`1:47: allowOrigins appears twice; write it once`}},
		{"a name that stands twice, once with an escape", `{` + origins + `, "allow\u004frigins": ["*"]}`, []string{`1:47: allowOrigins appears twice; write it once`}},
		{"a name that stands three times", `{"maxAge": 1, "maxAge": 1, "maxAge": 1}`, []string{`1:15: maxAge appears twice; write it once`, `1:28: maxAge appears twice; write it once`}},

		{"a string for a list", `{"allowOrigins": "*"}`, []string{`1:18: allowOrigins is a string; write a list of strings`}},
		{"an object for a list", `{"allowOrigins": {"allowOrigins": [{}]}}`, []string{`1:18: allowOrigins is an object; write a list of strings`}},
		{"null for a list", `{"allowOrigins": null}`, []string{`1:18: allowOrigins is null; write a list of strings`}},
		{"a string for a number", `{"maxAge": "600"}`, []string{`1:12: maxAge is a string; write a whole number`}},
		{"a list for a number", `{"maxAge": [600]}`, []string{`1:12: maxAge is a list; write a whole number`}},
		{"a fraction", `{"maxAge": 1.5}`, []string{`1:12: maxAge "1.5": isn't a whole number, or is too large; write digits only, such as 600`}},
		{"a whole number with a fraction", `{"maxAge": 1.0}`, []string{`1:12: maxAge "1.0": isn't a whole number, or is too large; write digits only, such as 600`}},
		{"an exponent", `{"maxAge": 1e3}`, []string{`1:12: maxAge "1e3": isn't a whole number, or is too large; write digits only, such as 600`}},
		{"a number that does not fit", `{"maxAge": 99999999999999999999}`, []string{`1:12: maxAge "99999999999999999999": isn't a whole number, or is too large; write digits only, such as 600`}},
		{"a number for a bool", `{"allowCredentials": 1}`, []string{`1:22: allowCredentials is a number; write true or false`}},
		{"a string for a bool", `{"allowCredentials": "true"}`, []string{`1:22: allowCredentials is a string; write true or false`}},
		{"entries that are no strings", `[{}, {"allowMethods": ["PUT", 1, null, false, ["PUT"], {"a": [1]}, "DELETE"]}]`, []string{
			`1:6: [1].paths is empty, which means every path, as in Config 0; write the paths of one of them`,
			`1:31: [1].allowMethods[1] is a number; write a string`, `1:34: [1].allowMethods[2] is null; write a string`,
			`1:40: [1].allowMethods[3] is false; write a string`, `1:47: [1].allowMethods[4] is a list; write a string`,
			`1:56: [1].allowMethods[5] is an object; write a string`,
		}},
		{"a wrong type, and an origin that isn't one", `{"allowMethods": "PUT", "allowOrigins": ["https://a.example/"]}`, []string{
			`1:18: allowMethods is a string; write a list of strings`,
			`1:42: allowOrigins[0] "https://a.example/": an origin has no path, not even a trailing slash; write "https://a.example"`,
		}},
		{"what follows from a wrong type is passed over", `[{"allowOrigins": ["*"]}, {"paths": "/a", "allowOrigins": ["*"], "allowCredentials": true, "acceptRisks": {}}]`, []string{
			`1:37: [1].paths is a string; write a list of strings`, `1:107: [1].acceptRisks is an object; write a list of strings`,
		}},
		{"half of a pair of surrogates", `{"paths": ["/\ud83d"]}`, []string{`1:12: paths[0] "/` + "\uFFFD" + `": contains U+FFFD, which replaces a character that was lost; write that character`}},

		{"everything at once", "[\n {\"origins\": [],\n  \"maxAge\": \"1\"},\n 7,\n {\"maxAge\": 1,\n  \"maxAge\": 2,\n  \"paths\": [{}]}\n]", []string{
			names(`2:3: [0].origins isn't a field of a policy; write one of NAMES`), `3:13: [0].maxAge is a string; write a whole number`, `4:2: [1] is a number; write an object`,
			`6:3: [2].maxAge appears twice; write it once`, `7:13: [2].paths[0] is an object; write a string`,
		}},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			cfgs, err := config.ParseJSON([]byte(test.text))
			if cfgs != nil {
				t.Errorf("it returns %+v", cfgs)
			}
			expectErrors(t, err, test.want)
		})
	}
}

// expectErrors compares the lines of [config.Errors].
func expectErrors(t *testing.T, err error, want []string) {
	t.Helper()
	var errs config.Errors
	if !errors.As(err, &errs) {
		t.Fatalf("the error is %T: %v", err, err)
	}
	if got := strings.Split(errs.Error(), "\n"); !slices.Equal(got, want) {
		t.Errorf("it says\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// jsonNames are the names of the fields of cors.Config in JSON.
func jsonNames() (names []string) {
	for _, f := range reflect.VisibleFields(reflect.TypeFor[cors.Config]()) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "-" {
			names = append(names, name)
		}
	}
	return names
}

func TestParseJSONRefusesWhatIsTooLong(t *testing.T) {
	const limit = 64 << 20
	text := bytes.Repeat([]byte("?"), limit)
	if _, err := config.ParseJSON(text); err == nil || strings.Contains(err.Error(), "are read") {
		t.Errorf("%d bytes: %v", len(text), err)
	}
	_, err := config.ParseJSON(append(text, '?'))
	expectErrors(t, err, []string{"the text has 67108865 bytes, and at most 67108864 are read; shorten it"})
}

// What package cors refuses is found in the text.
func TestParseJSONChecksWhatValuesMean(t *testing.T) {
	type problem struct {
		at, name string
		code     cors.Code
		message  string // a part of it
	}
	tests := []struct {
		title, text string
		want        []problem
	}{
		{"an origin in the middle of a list", "{\n \"allowOrigins\": [\"https://a.example\",\n  \"https://b.example/\"]}", []problem{{"3:3", "allowOrigins[1]", cors.CodeOriginPath, `write "https://b.example"`}}},
		{"the same wrong origin twice", `{"allowOrigins": ["x", "https://a.example", "x"]}`, []problem{{"1:19", "allowOrigins[0]", cors.CodeOriginScheme, ""}, {"1:45", "allowOrigins[2]", cors.CodeOriginScheme, ""}}},
		{"two problems of one entry", `{"allowOrigins": ["http://*.github.io"], "allowCredentials": true}`, []problem{
			{"1:19", "allowOrigins[0]", cors.CodePublicSuffix, `add "public-suffix`}, {"1:19", "allowOrigins[0]", cors.CodeInsecureOriginWithCredentials, "with allowCredentials lets"},
		}},
		{"a number", `[{"allowOrigins": ["*"], "paths": ["/a"], "maxAge": 86401}]`, []problem{{"1:53", "[0].maxAge", cors.CodeMaxAge, "more than 24 hours"}}},
		{"any origin with credentials", `{"allowCredentials": true, "allowOrigins": ["*"]}`, []problem{{"1:45", "allowOrigins[0]", cors.CodeAnyOriginWithCredentials, "leave allowCredentials out"}}},
		{"a Config for the same path as another", "[{\"allowOrigins\": [\"*\"],\n  \"paths\": [\"/b\"]},\n {\"allowOrigins\": [\"*\"],\n  \"paths\": [\"/a\", \"/b\"]}]", []problem{{"4:19", "[1].paths[1]", cors.CodeSamePaths, "Config 0"}}},
		{"a second Config without paths", "[{\"allowOrigins\": [\"*\"]},\n {\"allowOrigins\": [\"*\"]}]", []problem{{"2:2", "[1].paths", cors.CodeSamePaths, "every path, as in Config 0"}}},
		{"problems of several Configs", "[{\"paths\": [\"a\"], \"allowOrigins\": [\"*\"]},\n {\"allowOrigins\": [\"*\"], \"acceptRisks\": [\"all\"]}]", []problem{{"1:13", "[0].paths[0]", cors.CodePath, ""}, {"2:42", "[1].acceptRisks[0]", cors.CodeUnknownRisk, ""}}},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			_, err := config.ParseJSON([]byte(test.text))
			var errs config.Errors
			if !errors.As(err, &errs) || len(errs) != len(test.want) {
				t.Fatalf("it says\n%v\nwant %d problems", err, len(test.want))
			}
			for i, e := range errs {
				want := test.want[i]
				var cause *cors.ConfigError
				if !errors.As(e, &cause) || cause.Code != want.code {
					t.Errorf("%v: the cause is %v, want one with the code %s", e, cause, want.code)
				}
				if fmt.Sprintf("%d:%d", e.Line, e.Column) != want.at || e.Name != want.name || !strings.Contains(e.Message, want.message) {
					t.Errorf("it says\n%v\nwant %s: %s … %s", e, want.at, want.name, want.message)
				}
				if e.Value != cause.Value {
					t.Errorf("the value is %q, want %q", e.Value, cause.Value)
				}
			}
		})
	}
}

// Nothing but the missing origin is left to cors.New.
func TestParseJSONLeavesTheFunctionToBeSet(t *testing.T) {
	cfgs, err := config.ParseJSON([]byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	var problem *cors.ConfigError
	if _, err := cors.New(cfgs...); !errors.As(err, &problem) || problem.Code != cors.CodeOriginMissing {
		t.Errorf("cors.New says %v", err)
	}
}

// The reader knows lists of strings, bools and whole numbers.
func TestEveryFieldIsOfAKindThatIsRead(t *testing.T) {
	for _, f := range reflect.VisibleFields(reflect.TypeFor[cors.Config]()) {
		list := f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.String
		if kind := f.Type.Kind(); !list && kind != reflect.Bool && kind != reflect.Int && kind != reflect.Func {
			t.Errorf("%s is a %s", f.Name, f.Type)
		}
	}
}

// choices are valid entries for lists and numbers of a Config.
var choices = map[string][]any{
	"Paths":              {"/api/", "/healthz", "/users/{id}/avatar", "/files/{rest...}", "/ä b"},
	"PathRegexps":        {`/v\d+/.*`, `^/api/.*$`, `/a|/b`, `(?i)/mixed/.*`, `/x{1,3},y`, "/`\"<&>"},
	"AllowOrigins":       {app, "https://*.example.org", "http://localhost:*", "null", "*", "https://[::1]:8443"},
	"AllowOriginRegexps": {`https://[a-z]{1,8}\.example\.com`, `^https://(a|b)\.example\.com$`, `https://c\.example\.com|https://d\.example\.com`, `(?i)https://\w+\.example\.net`, `https://(?P<name>\w+)\.example\.com(:\d+)?`},
	"AllowMethods":       {"PUT", "DELETE", "PATCH", "POKE", "*"},
	"AllowHeaders":       {"Authorization", "x-foo", "Content-Type", "*"},
	"ExposeHeaders":      {"X-Total-Count", "ETag"},
	"MaxAge":             {0, -1, 600, 86400},
	"PreflightStatus":    {0, 0, 0, 200, 299},
	"AcceptRisks":        {cors.RiskAnyOriginWithCredentials, cors.RiskNullWithCredentials, cors.RiskInsecureOriginWithCredentials, cors.RiskPublicSuffix, cors.RiskUnconfinedRegexp},
}

// randomConfig returns a valid Config.
func randomConfig(random *rand.Rand) cors.Config {
	for {
		var cfg cors.Config
		v := reflect.ValueOf(&cfg).Elem()
		for i := range v.NumField() {
			f, from := v.Field(i), choices[v.Type().Field(i).Name]
			switch {
			case f.Kind() == reflect.Bool:
				f.SetBool(random.IntN(3) == 0)
			case f.Kind() == reflect.Int:
				f.Set(reflect.ValueOf(from[random.IntN(len(from))]))
			case f.Kind() == reflect.Slice && random.IntN(2) == 0:
				for _, k := range random.Perm(len(from))[:1+random.IntN(len(from))] {
					f.Set(reflect.Append(f, reflect.ValueOf(from[k])))
				}
			}
		}
		if random.IntN(4) == 0 {
			cfg.AllowMethods = append(cors.DefaultMethods(), cfg.AllowMethods...)
		}
		if random.IntN(4) == 0 {
			cfg.AllowHeaders = append(cors.DefaultHeaders(), cfg.AllowHeaders...)
		}
		if _, err := cors.New(cfg); err == nil {
			return cfg
		}
	}
}

func TestJSONIsReadAsTheSame(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		cfgs := []cors.Config{randomConfig(random)}
		if random.IntN(2) == 0 {
			cfgs[0].Paths, cfgs[0].PathRegexps = []string{"/first"}, nil
			cfgs = append(cfgs, randomConfig(random))
		}
		text, err := config.JSON(cfgs...)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := cors.New(cfgs...); err != nil {
			continue // the second may be unreachable
		}
		got, err := config.ParseJSON([]byte(text))
		if err != nil || !reflect.DeepEqual(got, cfgs) {
			t.Fatalf("%s\nis read as\n%+v, %v\nwant\n%+v", text, got, err, cfgs)
		}
	}
}

func TestJSONIsWrittenAsPeopleReadIt(t *testing.T) {
	text, err := config.JSON(cors.Config{AllowOriginRegexps: []string{`https://(?P<n>a)\.example\.com&`}})
	if want := "{\n  \"allowOriginRegexps\": [\n    \"https://(?P<n>a)\\\\.example\\\\.com&\"\n  ]\n}"; err != nil || text != want {
		t.Errorf("got %s, %v, want %s", text, err, want)
	}
	if text, err := config.JSON(); err == nil || text != "" || err.Error() != "there is no Config; give at least one" {
		t.Errorf("without a Config it returns %q, %v", text, err)
	}
	if text, err := config.JSON(cors.Config{}, cors.Config{}); err != nil || text != "[\n  {},\n  {}\n]" {
		t.Errorf("got %s, %v", text, err)
	}
}

// FuzzParseJSON holds what is accepted against encoding/json, and looks whether
// what is refused is said to be in the text.
func FuzzParseJSON(f *testing.F) {
	for _, seed := range []string{
		`{"allowOrigins": ["https://app.example.com"], "maxAge": 600, "allowCredentials": true}`, `[{"paths": ["/a"]}, {}]`, `null`, `[]`, `{"a": [{}], "a": 1}`,
		"\uFEFF{}", `{"allowOrigins": ["\ud800"]}`, `{"AllowOrigins": []}`, `{"maxAge": 1e2}`, `[[`, "{\"paths\": [\"\xff\"]}", `{} x`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := config.ParseJSON(text)
		var errs config.Errors
		if errors.As(err, &errs) {
			lines := bytes.Split(bytes.TrimPrefix(text, []byte("\uFEFF")), []byte("\n"))
			for _, e := range errs {
				if e.Line < 1 || e.Line > len(lines) || e.Column < 1 || e.Column > len(lines[e.Line-1])+1 {
					t.Errorf("%v is not in the text", e)
				}
			}
			return
		}
		if err != nil {
			t.Fatalf("an error of another kind: %v", err)
		}
		text = bytes.TrimPrefix(text, []byte("\uFEFF"))
		var want []cors.Config
		if err := json.Unmarshal(text, &want); err != nil {
			want = make([]cors.Config, 1)
			if err := json.Unmarshal(text, &want[0]); err != nil {
				t.Fatalf("package json says %v", err)
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, and package json %+v", got, want)
		}
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&want); err != nil {
			if err := json.Unmarshal(text, new(cors.Config)); err != nil {
				t.Errorf("package json says %v", err)
			}
		}
		again, err := config.JSON(got...)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := config.ParseJSON([]byte(again)); err != nil || fmt.Sprint(back) != fmt.Sprint(got) {
			t.Errorf("%s is read as %+v, %v", again, back, err)
		}
	})
}
