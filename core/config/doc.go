// Package config reads policies that are written outside of Go code, and writes
// them: as JSON, as environment variables, and as the settings of
// django-cors-headers.
//
//	cfgs, err := config.ParseJSON(data)
//	cfg, notes, err := config.ParseEnviron(os.Environ())
//	cfg, notes, err := config.ParseDjango(output) // of config.DjangoCommand
//
// Pass the result to [cors.New]. The functions report every problem at once, what
// package cors finds wrong with the policy included, and name the line and column
// in JSON, the variable or the setting. A [Note] says what is read differently
// from what you may expect, although it isn't wrong. [JSON], [Environ] and [Go]
// write a policy, so that reading it returns the same policy. Module
// core/config/policyfile reloads an engine whenever a file changes.
//
// # The settings of django-cors-headers
//
// ParseEnviron and ParseDjango read the same names:
//
//	CORS_ALLOWED_ORIGINS         list     AllowOrigins
//	CORS_ALLOWED_ORIGIN_REGEXES  list     AllowOriginRegexps
//	CORS_ALLOW_ALL_ORIGINS       bool     AllowOrigins "*"; the two above are ignored
//	CORS_URLS_REGEX              string   PathRegexps; every path if it isn't set
//	CORS_ALLOW_METHODS           list     AllowMethods; cors.DefaultMethods if it isn't set
//	CORS_ALLOW_HEADERS           list     AllowHeaders; cors.DefaultHeaders if it isn't set
//	CORS_EXPOSE_HEADERS          list     ExposeHeaders
//	CORS_PREFLIGHT_MAX_AGE       seconds  MaxAge; 7200 if it isn't set, and 0 tells browsers not to cache
//	CORS_ALLOW_CREDENTIALS       bool     AllowCredentials
//	CORS_ALLOW_PRIVATE_NETWORK   bool     AllowPrivateNetwork
//	CORS_ACCEPT_RISKS            list     AcceptRisks; django-cors-headers has no such setting
//
// They also read the older names CORS_ORIGIN_WHITELIST,
// CORS_ORIGIN_REGEX_WHITELIST and CORS_ORIGIN_ALLOW_ALL, and common misspellings of
// settings that limit what allowed origins may do: CORS_ALLOWED_METHODS,
// CORS_ALLOW_METHOD, CORS_ALLOWED_HEADERS, CORS_EXPOSED_HEADERS and CORS_MAX_AGE. A
// Note says so. Any other name that is close to a setting's is an error:
// django-cors-headers ignores it, and reading it could allow more origins. A
// setting without a counterpart, and any other name that begins with CORS_, is
// ignored, with a Note.
//
// A policy differs from django-cors-headers in these points:
//
//   - An origin with "*" in it is a pattern, as in [cors.Config]. There, it allows
//     nothing. "*" alone is an error in both.
//   - Regular expressions for origins match the whole origin. There, one that
//     doesn't end in "$" lets anything follow: "^https://app\.example\.com" allows
//     "https://app.example.com.attacker.example". A Note says so.
//   - "*" in CORS_ALLOW_METHODS or CORS_ALLOW_HEADERS also allows everything with
//     credentials. There, it then allows nothing. A Note says so.
//   - Any origin with credentials, and whatever else lets a stranger read a user's
//     data, is an error unless CORS_ACCEPT_RISKS names the risk.
//   - The response to a preflight has status 204. There, it is 200.
//   - X-CSRF-Token is among the default headers, and browsers may cache a preflight
//     response for 2 hours by default. There, it is 24 hours, of which Chromium takes 2.
//
// # Python's regular expressions
//
// ParseEnviron and ParseDjango translate regular expressions from Python's syntax
// to RE2's. What RE2 lacks is an error, such as look-ahead and look-behind,
// back-references, possessive quantifiers and the flag re.VERBOSE. CORS_URLS_REGEX
// gets ".*" at its end unless it ends in that or in "$", since it only has to match
// the beginning of a path in Django.
//
// An origin is ASCII on one line, and there the translation matches the same. A
// path can be anything: "\d", "\s" and "\w" match ASCII only, with a Note; "\D",
// "\S", "\W", "\b" and "\B" would match more than in Python, and are an error unless
// the regular expression begins with the flag "(?a)"; a dot also matches a line
// break; and "$" doesn't match before a line break at the end.
//
// # Environment variables
//
// A list has commas or line breaks between its entries: a,b. White space around
// entries is ignored. A JSON array is a list, too: ["a", "b"]. An empty value is an
// empty list. A comma within (), [] or {} is part of a regular expression, and
// CORS_URLS_REGEX is a single one with whatever is in it. A bool is true, yes, on,
// y, t, ok or 1, or false, no, off, n, f or 0, in any case.
package config
