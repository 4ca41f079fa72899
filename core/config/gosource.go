package config

import (
	"fmt"
	"go/format"
	"reflect"
	"slices"
	"strconv"
	"strings"

	cors "github.com/corskit/cors/core"
)

// Go writes a Config as a composite literal of Go, formatted as gofmt does. It
// expects package cors to be imported by that name. It returns an error for
// AllowOriginFunc, which is no data.
func Go(cfg cors.Config) (string, error) {
	if err := refuseFunc(&cfg); err != nil {
		return "", err
	}
	const assigned = "_ = "
	var b strings.Builder
	b.WriteString(assigned + "cors.Config{")
	for _, f := range fields {
		v := reflect.ValueOf(cfg).FieldByIndex(f.Index)
		if isEmpty := v.Kind() == reflect.Slice && v.Len() == 0 && !nilMeansDefaults(f.Name); !isEmpty && !v.IsZero() {
			fmt.Fprintf(&b, "\n%s: %s,", f.Name, goValue(f.Name, v))
		}
	}
	b.WriteString("\n}")
	source, err := format.Source([]byte(b.String()))
	return strings.TrimPrefix(string(source), assigned), err
}

// maxLine is how long a list may be that is written in one line.
const maxLine = 80

// goValue writes the value of a field.
func goValue(field string, v reflect.Value) string {
	if v.Kind() != reflect.Slice {
		return fmt.Sprint(v)
	}
	texts := make([]string, v.Len())
	for i := range texts {
		texts[i] = v.Index(i).String()
	}
	switch field {
	case "AllowMethods":
		return goNames(texts, cors.DefaultMethods(), "cors.DefaultMethods()")
	case "AllowHeaders":
		return goNames(texts, cors.DefaultHeaders(), "cors.DefaultHeaders()")
	case "AcceptRisks":
		return "[]cors.Risk" + goBraces(texts, goRisk)
	}
	return "[]string" + goBraces(texts, goString)
}

// goNames writes names that may begin with those of a function.
func goNames(names, common []string, call string) string {
	if len(names) < len(common) || !slices.Equal(names[:len(common)], common) {
		return "[]string" + goBraces(names, goString)
	}
	more := names[len(common):]
	if len(more) == 0 {
		return call
	}
	braces := goBraces(more, goString)
	if strings.HasPrefix(braces, "{\n") {
		return "append(" + call + ", []string" + braces + "...)"
	}
	return "append(" + call + ", " + strings.Trim(braces, "{}") + ")"
}

// goBraces writes entries in braces, in one line if they fit into it.
func goBraces(texts []string, quote func(string) string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = quote(text)
	}
	if line := strings.Join(quoted, ", "); len(line) <= maxLine {
		return "{" + line + "}"
	}
	return "{\n" + strings.Join(quoted, ",\n") + ",\n}"
}

// goString writes a string, without escapes if that can be.
func goString(s string) string {
	if strings.ContainsAny(s, `\"`) && strconv.CanBackquote(s) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

// goRisk writes a risk by the name of its constant.
func goRisk(risk string) string {
	if name, entry, found := strings.Cut(risk, "="); found {
		return fmt.Sprintf("%s.For(%s)", goRisk(name), goString(entry))
	}
	name, ok := map[cors.Risk]string{
		cors.RiskAnyOriginWithCredentials:      "RiskAnyOriginWithCredentials",
		cors.RiskNullWithCredentials:           "RiskNullWithCredentials",
		cors.RiskInsecureOriginWithCredentials: "RiskInsecureOriginWithCredentials",
		cors.RiskPublicSuffix:                  "RiskPublicSuffix",
		cors.RiskUnconfinedRegexp:              "RiskUnconfinedRegexp",
	}[cors.Risk(risk)]
	if !ok {
		return strconv.Quote(risk)
	}
	return "cors." + name
}
