package config

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	cors "github.com/corskit/cors/core"
)

// DjangoCommand is a shell command that prints the CORS settings of a Django
// project as JSON. Run it where manage.py is, and pass what it prints to
// [ParseDjango].
//
// Django evaluates the settings, so it doesn't matter how the project computes
// them. Flags of a compiled regular expression are printed as a group in front of
// it, such as "(?i)", and a value that isn't JSON as its type, which ParseDjango
// reports. The command needs Django 3.2 or later and works in POSIX shells,
// PowerShell and cmd.exe.
const DjangoCommand = `python manage.py shell -v 0 -c "import json, re; from django.conf import settings; print(json.dumps({n: getattr(settings, n) for n in dir(settings) if n.startswith(('CORS_', 'CSRF_TRUSTED_ORIGINS'))}, default=lambda v: '(?' + ''.join(f for f in 'aimsux' if v.flags & getattr(re, f.upper())) + ')' + v.pattern if isinstance(v, re.Pattern) and isinstance(v.pattern, str) else str(v) if isinstance(v, str) else [*v] if isinstance(v, (frozenset, list, set, tuple)) else {'type': type(v).__name__}))"`

// maxDjango is far more than the settings of any project.
const maxDjango = 1 << 20

// ParseDjango translates the settings of django-cors-headers that
// [DjangoCommand] prints, with the defaults of that project for those that are
// missing. The package documentation says how it reads each of them. It reads up
// to 1 MiB.
//
// ParseDjango checks the Config as [cors.New] does, except that it may allow no
// origin yet: you can set AllowOriginFunc afterwards. The error, if any, is
// [Errors]. The Notes are returned in either case.
func ParseDjango(data []byte) (cors.Config, []Note, error) {
	r, problem := newJSONReader(data, maxDjango, func([]byte, *json.SyntaxError) string { return "" })
	if problem != nil {
		problem.Message += "; pass the output of this command, run in the Django project: " + DjangoCommand
		return cors.Config{}, nil, Errors{problem}
	}
	token, at := r.next()
	if token != json.Delim('{') {
		r.refuse("the document", token, at, "an object")
		return cors.Config{}, nil, r.errs
	}
	assigned := make(map[string]readFunc)
	var errs Errors
	for r.decoder.More() {
		token, _ := r.next()
		name := token.(string)
		var value any
		_ = r.decoder.Decode(&value) // the syntax has been checked
		list, isList := value.([]any)
		switch {
		case assigned[name] != nil:
			errs = append(errs, &Error{Name: fieldPath("", name), Message: "appears twice; write it once"})
		case !isSettingName(name):
			errs = append(errs, &Error{Name: fieldPath("", name), Message: "isn't a setting of django-cors-headers; remove it"})
		case name == "CSRF_TRUSTED_ORIGINS" && isList && len(list) == 0: // Django's default
		default:
			assigned[name] = func(kind settingKind) (any, Errors) { return readDjango(name, value, kind) }
		}
	}
	settings := readSettings(assigned, errs, nil)
	if settings.allowsNone {
		settings.note(allowedOrigins, "", "allows no origin, and neither does another setting, which cors.New refuses; list the origins, or set AllowOriginFunc if handlers of the signal check_request_enabled decide")
	}
	return settings.result()
}

// readDjango returns a value as a setting of a kind needs it.
func readDjango(name string, value any, kind settingKind) (any, Errors) {
	refuse := func(want string) (any, Errors) {
		found := jsonType(value)
		if object, _ := value.(map[string]any); object["type"] != nil { // see DjangoCommand
			found = fmt.Sprintf("of type %q", object["type"])
		}
		return nil, Errors{{Name: name, Message: fmt.Sprintf("is %s; write %s", found, want)}}
	}
	switch kind {
	case trueOrFalse:
		if v, ok := value.(bool); ok {
			return v, nil
		}
		return refuse("True or False")
	case wholeNumber:
		v, ok := value.(json.Number)
		if !ok {
			return refuse("a whole number of seconds")
		}
		n, err := strconv.Atoi(v.String())
		if err != nil {
			return nil, Errors{{Name: name, Value: v.String(), Message: "isn't a whole number of seconds, or is too large; write one such as 86400"}}
		}
		return n, nil
	case oneRegexp:
		v, ok := value.(string)
		if !ok {
			return refuse("a string")
		}
		if strings.ContainsRune(v, utf8.RuneError) {
			return nil, Errors{{Name: name, Value: v, Message: lostCharacter}}
		}
		return v, nil
	}
	entries, ok := value.([]any)
	if text, isString := value.(string); isString {
		return refuse(fmt.Sprintf("a list, such as [%q]", text))
	} else if !ok {
		return refuse("a list")
	}
	list := make([]string, len(entries))
	var errs Errors
	for i, entry := range entries {
		v, problems := readDjango(entryPath(name, i), entry, oneRegexp)
		list[i], _ = v.(string)
		errs = append(errs, problems...)
	}
	return list, errs
}
