// Package sites serves the two sites that call the API. Their page and its
// script are the same. The API's policy decides what each origin can do, and
// the browser enforces it.
package sites

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"sync/atomic"
)

//go:embed page
var files embed.FS

var page = template.Must(template.ParseFS(files, "page/index.html"))

// A Site is one of the two sites, with its own origin and those of the others.
type Site struct {
	Trusted bool   // whether the API trusts it
	Origin  string // of this site
	API     string
	Other   string // the other site
}

// A Report is the results of a page, call by call.
type Report struct {
	Calls []Call `json:"calls"`
}

// A Call is a call of the API by the page.
type Call struct {
	ID       string `json:"id"`
	Outcome  string `json:"outcome"`  // Worked, Blocked or Failed
	Expected string `json:"expected"` // the outcome that the page expected
	Detail   string `json:"detail"`   // what the page read, or the browser's error
}

// The outcomes of a Call.
const (
	Worked  = "worked"  // the script read the expected response
	Blocked = "blocked" // the browser blocked it
	Failed  = "failed"  // the script read another response
)

// Handler serves a site. Its page posts a Report to /results after each run;
// GET /results returns the last one, or 204 if there is none.
func Handler(s Site) http.Handler {
	var html bytes.Buffer
	if err := page.Execute(&html, s); err != nil {
		panic(err)
	}
	assets, err := fs.Sub(files, "page")
	if err != nil {
		panic(err)
	}
	var last atomic.Pointer[Report]

	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(html.Bytes()) // fails only if the client is gone
	})
	for _, name := range []string{"page.css", "page.js", "icon.svg"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) {
			http.ServeFileFS(w, r, assets, name)
		})
	}
	mux.HandleFunc("POST /results", func(w http.ResponseWriter, r *http.Request) {
		var report Report
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&report); err != nil {
			http.Error(w, fmt.Sprintf("the body is not a report: %v", err), http.StatusBadRequest)
			return
		}
		last.Store(&report)
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /results", func(w http.ResponseWriter, r *http.Request) {
		report := last.Load()
		if report == nil {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(report) // fails only if the client is gone
	})
	return secure(s.API, http.NewCrossOriginProtection().Handler(mux))
}

// secure lets the page load its own files and call the API, and forbids embedding it.
func secure(api string, next http.Handler) http.Handler {
	policy := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' " + api +
		"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store") // the next run may have other ports
		next.ServeHTTP(w, r)
	})
}
