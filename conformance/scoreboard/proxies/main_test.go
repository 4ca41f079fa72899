package main

import (
	"regexp"
	"strings"
	"testing"

	cors "github.com/corskit/cors/core"
)

func TestRecipesAreFilled(t *testing.T) {
	for _, policy := range []string{
		`[{"allowOrigins":["https://app.example.com"]}]`,
		`[{"allowOrigins":["*"],"exposeHeaders":["X-A"]}]`,
		`[{"allowOrigins":["*"],"allowCredentials":true,"maxAge":-1}]`,
		`[{"allowOriginRegexps":["https://[a-z]+\\.example\\.com"],"allowMethods":["PUT"],"allowHeaders":["X-A"],"maxAge":60,"preflightStatus":200}]`,
	} {
		s, err := newSite("/folder", "8080", "127.0.0.1:8081", policy)
		if err != nil {
			t.Fatal(err)
		}
		for proxy := range commands {
			var filled strings.Builder
			if err := recipes.ExecuteTemplate(&filled, proxy+".conf", s); err != nil {
				t.Errorf("%s: %v", proxy, err)
			}
			if !s.AnyOrigin && !strings.Contains(filled.String(), originsRegexp(s.Policy)) {
				t.Errorf("%s doesn't compare origins with %s:\n%s", proxy, originsRegexp(s.Policy), &filled)
			}
		}
	}
}

func TestOriginsRegexp(t *testing.T) {
	for _, test := range []struct {
		policy          cors.Config
		matches, refuse []string
	}{
		{
			policy:  cors.Config{AllowOrigins: []string{"https://app.example.com", "null"}},
			matches: []string{"https://app.example.com", "null"},
			refuse:  []string{"https://app-example.com", "https://app.example.com.evil.example", "xnull", ""},
		},
		{
			policy:  cors.Config{AllowOriginRegexps: []string{"https://a|https://b"}},
			matches: []string{"https://a", "https://b"},
			refuse:  []string{"https://ab", "https://a|https://b"},
		},
		{
			policy:  cors.Config{AllowOrigins: []string{"*"}, AllowCredentials: true},
			matches: []string{"https://app.example.com", "null"},
			refuse:  []string{""},
		},
	} {
		expression := regexp.MustCompile(originsRegexp(test.policy))
		for _, origin := range test.matches {
			if !expression.MatchString(origin) {
				t.Errorf("%s doesn't match %q", expression, origin)
			}
		}
		for _, origin := range test.refuse {
			if expression.MatchString(origin) {
				t.Errorf("%s matches %q", expression, origin)
			}
		}
	}
}
