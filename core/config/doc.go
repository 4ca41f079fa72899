// Package config reads policies from outside of Go, and writes them: JSON, the
// environment, and the settings of django-cors-headers.
//
//	cfgs, err := config.ParseJSON(data)
//	cfg, notes, err := config.ParseEnviron(os.Environ())
//	cfg, notes, err := config.ParseDjango(source)
//
// What comes of them goes to [cors.New]. Every problem of a text is reported at
// once, with its line and column, or with the variable's name; so is what
// package cors finds wrong with the policy, in the words of the text. A [Note]
// says what was not taken as it stands, although it is not wrong. [JSON],
// [Environ] and [Go] write a policy, so that it is read as the same again.
//
// # The settings of django-cors-headers
//
// ParseEnviron and ParseDjango read the same names:
//
//	CORS_ALLOWED_ORIGINS         list         AllowOrigins
//	CORS_ALLOWED_ORIGIN_REGEXES  expressions  AllowOriginRegexps
//	CORS_ALLOW_ALL_ORIGINS       bool         AllowOrigins "*", and the two above are left alone
//	CORS_URLS_REGEX              expression   PathRegexps; every path if it is not set
//	CORS_ALLOW_METHODS           list         AllowMethods; cors.CommonMethods() if it is not set
//	CORS_ALLOW_HEADERS           list         AllowHeaders; cors.CommonHeaders() if it is not set
//	CORS_EXPOSE_HEADERS          list         ExposeHeaders
//	CORS_PREFLIGHT_MAX_AGE       seconds      MaxAge; 86400 if it is not set, and 0 leaves the header out
//	CORS_ALLOW_CREDENTIALS       bool         AllowCredentials
//	CORS_ALLOW_PRIVATE_NETWORK   bool         AllowPrivateNetwork
//	CORS_ACCEPT_RISKS            list         AcceptRisks; this one is our own
//
// They are read under older names, too: CORS_ORIGIN_WHITELIST,
// CORS_ORIGIN_REGEX_WHITELIST and CORS_ORIGIN_ALLOW_ALL. So are the names that
// people write for those that limit what allowed origins may do:
// CORS_ALLOWED_METHODS, CORS_ALLOW_METHOD, CORS_ALLOWED_HEADERS,
// CORS_EXPOSED_HEADERS and CORS_MAX_AGE. A Note says so. Any other name that is
// nearly that of a setting is an error, since django-cors-headers reads a
// misspelt name as nothing, and to read it as something can let more origins in
// than there. What has no counterpart, and what begins with CORS_ and is nothing
// known, is left alone, with a Note.
//
// In these points a policy differs from there:
//
//   - An origin with "*" in it is a pattern, as in [cors.Config]. There it
//     allows nothing. "*" alone is refused here and there.
//   - Expressions for origins are matched to the end. There, one that does not
//     end in "$" allows whatever follows: "^https://app\.example\.com" allows
//     "https://app.example.com.attacker.example". A Note says so.
//   - "*" in CORS_ALLOW_METHODS or CORS_ALLOW_HEADERS allows all with
//     credentials, too. There it then allows none.
//   - All origins with credentials, and what else lets a stranger read a user's
//     data, is refused unless CORS_ACCEPT_RISKS names the risk.
//   - The answer to a preflight has the status 204. There it is 200.
//
// # Expressions
//
// Those of Python are translated to RE2. django-cors-headers asks for a match of
// the beginning: for origins, see above; CORS_URLS_REGEX gets ".*" behind it
// unless it ends in "$" or that. "\Z", octal and Unicode escapes, "{,n}" and
// comments are written as RE2 writes them. What RE2 lacks is an error that names
// it: look-ahead, look-behind, back-references, conditional and atomic groups,
// possessive quantifiers and verbose expressions.
//
// An origin is ASCII on one line, so that there is no other difference. A path
// can be anything: "\w", "\d", "\s" and "\b" know ASCII only, with a Note; a dot
// matches a line break here, and "$" does not match before one at the end.
//
// # In the environment
//
// A list has commas or ends of lines between its entries, and white space around
// them does not count: a,b. Or it is a list of strings as JSON or Python writes
// it: ["a", "b"]. If it is empty, so is the list. Between expressions, too,
// commas or ends of lines stand; a comma within (), [] or {} belongs to the
// expression. CORS_URLS_REGEX is one expression, whatever is in it. A bool is
// true, yes, on, y, t, ok or 1, or false, no, off, n, f or 0, in any case.
//
// # In settings.py
//
// ParseDjango reads assignments that stand at the beginning of a line, also with
// a type, to several names, or with +=. Of values it reads strings with every
// quote and escape but \N, raw strings, strings side by side; whole numbers with
// + - * and //; True, False and None; lists, tuples and sets, with * before a
// list in them, and + between two of a kind; list(), tuple(), set() and
// frozenset(); re.compile with flags; default_headers and default_methods of
// corsheaders.defaults; and variables that are set before, in the same way.
//
// A setting in a block (if, for, try, class and so on), a setting that a method
// changes, and a value that is computed in another way are errors. What cannot
// be seen in the text is not noticed, such as a setting that globals() or a
// function of the project changes.
package config
