package differential

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// An observation is the outcome of a step: what reached the servers, and what
// the script saw.
type observation struct {
	Sent []sent `json:"sent"`
	Seen seen   `json:"seen"`
}

// A sent is a request as it reached a server. Names of headers are lower case.
type sent struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body,omitempty"`
}

// A seen is what a script saw of a response, or the name of the error thrown.
type seen struct {
	Error      string            `json:"error,omitempty"`
	Type       string            `json:"type,omitempty"`
	Status     int               `json:"status,omitempty"`
	StatusText string            `json:"statusText,omitempty"`
	URL        string            `json:"url,omitempty"`
	Redirected bool              `json:"redirected,omitempty"`
	Headers    map[string]string `json:"headers,omitempty"`
	Body       string            `json:"body,omitempty"`
}

// A difference is a field in which the model and a browser disagree.
type difference struct {
	field          string // such as "sent 1 header origin" or "seen status"
	model, browser string
}

func (d difference) String() string {
	return fmt.Sprintf("%s: the model has %s, the browser %s", d.field, d.model, d.browser)
}

const nothing = "nothing"

// compare returns the fields in which two observations of a step differ. own has
// the headers that each side sends with every request.
func compare(model, browser observation, modelOwn, browserOwn map[string]string) []difference {
	var differences []difference
	add := func(field, m, b string) {
		if m != b {
			differences = append(differences, difference{field, m, b})
		}
	}
	for i := range max(len(model.Sent), len(browser.Sent)) {
		field := fmt.Sprintf("sent %d", i)
		switch {
		case i >= len(model.Sent):
			add(field, nothing, browser.Sent[i].Method+" "+browser.Sent[i].URL)
			continue
		case i >= len(browser.Sent):
			add(field, model.Sent[i].Method+" "+model.Sent[i].URL, nothing)
			continue
		}
		m, b := model.Sent[i], browser.Sent[i]
		add(field+" method", m.Method, b.Method)
		add(field+" URL", m.URL, b.URL)
		add(field+" body", strconv.Quote(m.Body), strconv.Quote(b.Body))
		differences = append(differences, compareHeaders(field, foreign(m.Headers, modelOwn), foreign(b.Headers, browserOwn))...)
	}
	add("seen error", orNothing(model.Seen.Error), orNothing(browser.Seen.Error))
	if model.Seen.Error != "" || browser.Seen.Error != "" {
		return differences
	}
	m, b := model.Seen, browser.Seen
	add("seen type", m.Type, b.Type)
	add("seen status", strconv.Itoa(m.Status), strconv.Itoa(b.Status))
	add("seen status text", m.StatusText, b.StatusText)
	add("seen URL", m.URL, b.URL)
	add("seen redirected", strconv.FormatBool(m.Redirected), strconv.FormatBool(b.Redirected))
	add("seen body", strconv.Quote(m.Body), strconv.Quote(b.Body))
	return append(differences, compareHeaders("seen", m.Headers, b.Headers)...)
}

func orNothing(s string) string {
	if s == "" {
		return nothing
	}
	return s
}

func compareHeaders(field string, model, browser map[string]string) []difference {
	names := maps.Clone(model)
	maps.Copy(names, browser)
	var differences []difference
	for _, name := range slices.Sorted(maps.Keys(names)) {
		m, inModel := model[name]
		b, inBrowser := browser[name]
		if m == b && inModel == inBrowser {
			continue
		}
		d := difference{field + " header " + name, nothing, nothing}
		if inModel {
			d.model = strconv.Quote(m)
		}
		if inBrowser {
			d.browser = strconv.Quote(b)
		}
		differences = append(differences, d)
	}
	return differences
}

// ownAlways are headers that browsers set as they please, whatever a script
// says.
var ownAlways = []string{"accept-encoding", "connection", "content-length", "host", "referer"}

// foreign returns the headers that depend on the script or on CORS: those that
// browsers do not send with every request.
func foreign(headers, own map[string]string) map[string]string {
	headers = maps.Clone(headers)
	maps.DeleteFunc(headers, func(name, value string) bool {
		ownValue, isOwn := own[name]
		return isOwn && ownValue == value || slices.Contains(ownAlways, name) || strings.HasPrefix(name, "sec-")
	})
	return headers
}
