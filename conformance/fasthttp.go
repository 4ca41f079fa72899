package conformance

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
)

// A FastHeader is a response header of fasthttp.
type FastHeader interface {
	VisitAll(func(name, value []byte))
	Del(name string)
	Add(name, value string)
}

// RespondFast has a function such as [Respond] respond to r in fasthttp, where the
// response has the header h, which it changes. It returns the status and the body. The
// adaptors of fasthttp and Fiber begin with an empty header, so that the function
// couldn't change what a middleware has set.
func RespondFast(h FastHeader, r *http.Request, respond func(http.ResponseWriter, *http.Request) error) (*httptest.ResponseRecorder, error) {
	w := httptest.NewRecorder()
	h.VisitAll(func(name, value []byte) { w.Header().Add(string(name), string(value)) })
	before := slices.Collect(maps.Keys(w.Header()))
	if err := respond(w, r); err != nil {
		return nil, err
	}
	for _, name := range before {
		h.Del(name)
	}
	for _, name := range slices.Sorted(maps.Keys(w.Header())) {
		for _, value := range w.Header()[name] {
			h.Add(name, value)
		}
	}
	return w, nil
}
