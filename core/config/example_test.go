package config_test

import (
	"errors"
	"fmt"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/config"
)

func ExampleParseJSON() {
	cfgs, err := config.ParseJSON([]byte(`[
  {"paths": ["/public/"], "allowOrigins": ["*"]},
  {"allowOrigins": ["https://app.example.com"], "allowCredentials": true}
]`))
	if err != nil {
		fmt.Println(err)
		return
	}
	engine, err := cors.New(cfgs...)
	if err != nil {
		fmt.Println(err)
		return
	}
	d := engine.Decide(&cors.Request{Method: "GET", Path: "/orders", Origin: "https://app.example.com"})
	fmt.Println(d.Allowed(), "since", d.Reason())
	// Output:
	// true since the origin is in AllowOrigins
}

// Every problem is reported at once, and says where it is.
func ExampleErrors() {
	_, err := config.ParseJSON([]byte(`{
  "allowOrigin": ["https://app.example.com"],
  "allowMethods": "PUT"
}`))
	fmt.Println(err)

	_, err = config.ParseJSON([]byte(`{
  "allowOrigins": ["https://app.example.com/"],
  "maxAge": 604800
}`))
	fmt.Println(err)
	var first *config.Error
	var cause *cors.ConfigError
	if errors.As(err, &first) && errors.As(err, &cause) {
		fmt.Println("The first is in line", first.Line, "and has the code", cause.Code)
	}
	// Output:
	// 2:3: allowOrigin isn't a field of a policy; write "allowOrigins"
	// 3:19: allowMethods is a string; write a list of strings
	// 2:20: allowOrigins[0] "https://app.example.com/": an origin has no path, not even a trailing slash; write "https://app.example.com"
	// 3:13: maxAge "604800": is more than 24 hours, the longest that any browser caches a preflight response; write 86400 seconds or less
	// The first is in line 2 and has the code origin-path
}

func ExampleParseEnviron() {
	cfg, notes, err := config.ParseEnviron([]string{ // in a program: os.Environ()
		"CORS_ALLOWED_ORIGINS=https://app.example.com, https://admin.example.com",
		"CORS_ALLOWED_HEADERS=Authorization,Content-Type",
		"CORS_ALLOW_CREDENTIALS=True",
		"HOME=/home/app",
	})
	for _, note := range notes {
		fmt.Println(note)
	}
	fmt.Println(cfg.AllowOrigins, cfg.AllowHeaders, cfg.AllowCredentials, cfg.MaxAge, err)

	_, _, err = config.ParseEnviron([]string{"CORS_ALLOW_ALL_ORIGINS=True", "CORS_ALLOW_CREDENTIALS=True"})
	fmt.Println(err)
	// Output:
	// CORS_ALLOWED_HEADERS is read as CORS_ALLOW_HEADERS, but django-cors-headers ignores it; write CORS_ALLOW_HEADERS
	// [https://app.example.com https://admin.example.com] [Authorization Content-Type] true 7200 <nil>
	// CORS_ALLOW_ALL_ORIGINS with CORS_ALLOW_CREDENTIALS lets any site read what the user who visits it can read; list the sites that you trust, or leave CORS_ALLOW_CREDENTIALS out; if you mean this, add 'any-origin-with-credentials=*' to CORS_ACCEPT_RISKS
}

func ExampleParseDjango() {
	cfg, notes, err := config.ParseDjango([]byte(`{
		"CORS_ALLOWED_ORIGINS": ["https://app.example.com"],
		"CORS_ALLOWED_ORIGIN_REGEXES": ["^https://\\w+\\.example\\.com"],
		"CORS_URLS_REGEX": "(?iu)^/api/",
		"CORS_PREFLIGHT_MAX_AGE": 3600
	}`)) // in a program: what config.DjangoCommand prints
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, note := range notes {
		fmt.Println(note)
	}
	source, err := config.Go(cfg)
	fmt.Println(source, err)
	// Output:
	// CORS_ALLOWED_ORIGIN_REGEXES[0] "^https://\\w+\\.example\\.com": is matched against the whole origin here, whereas django-cors-headers lets anything follow, such as ".attacker.example"; write `^https://\w+\.example\.com$`, or `^https://\w+\.example\.com(:\d+)?$` if you mean any port
	// cors.Config{
	// 	PathRegexps:        []string{"(?i)^/api/.*"},
	// 	AllowOrigins:       []string{"https://app.example.com"},
	// 	AllowOriginRegexps: []string{`^https://\w+\.example\.com`},
	// 	MaxAge:             3600,
	// } <nil>
}

var policy = cors.Config{
	AllowOrigins:       []string{"https://app.example.com"},
	AllowOriginRegexps: []string{`https://[a-z]{1,8}\.example\.com`},
	AllowMethods:       []string{"PUT"},
	AllowHeaders:       append(cors.DefaultHeaders(), "x-tenant"),
	MaxAge:             600,
}

func ExampleGo() {
	source, err := config.Go(policy)
	fmt.Println(source, err)
	// Output:
	// cors.Config{
	// 	AllowOrigins:       []string{"https://app.example.com"},
	// 	AllowOriginRegexps: []string{`https://[a-z]{1,8}\.example\.com`},
	// 	AllowMethods:       []string{"PUT"},
	// 	AllowHeaders:       append(cors.DefaultHeaders(), "x-tenant"),
	// 	MaxAge:             600,
	// } <nil>
}

func ExampleEnviron() {
	variables, err := config.Environ(policy)
	for _, variable := range variables {
		fmt.Println(variable)
	}
	fmt.Println(err)
	// Output:
	// CORS_ALLOWED_ORIGINS=https://app.example.com
	// CORS_ALLOWED_ORIGIN_REGEXES=^https://[a-z]{1,8}\.example\.com$
	// CORS_ALLOW_METHODS=PUT
	// CORS_ALLOW_HEADERS=accept,authorization,content-type,user-agent,x-csrf-token,x-csrftoken,x-requested-with,x-tenant
	// CORS_PREFLIGHT_MAX_AGE=600
	// <nil>
}

func ExampleJSON() {
	text, err := config.JSON(cors.Config{AllowOrigins: []string{"https://app.example.com"}, MaxAge: 600})
	fmt.Println(text, err)
	// Output:
	// {
	//   "allowOrigins": [
	//     "https://app.example.com"
	//   ],
	//   "maxAge": 600
	// } <nil>
}
