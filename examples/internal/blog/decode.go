package blog

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
)

const maxBytes = 64 << 10

// Decode reads a JSON body.
//
// It requires Content-Type: application/json. Browsers send text/plain to any
// site without a preflight, so an API that accepts JSON as text/plain accepts
// it from every site.
func Decode[T any](contentType string, body io.Reader) (T, error) {
	var v T
	if t, _, err := mime.ParseMediaType(contentType); err != nil || t != "application/json" {
		return v, errorf(http.StatusUnsupportedMediaType, "Content-Type is %q: send application/json", contentType)
	}
	text, err := io.ReadAll(io.LimitReader(body, maxBytes+1))
	if err != nil {
		return v, errorf(http.StatusBadRequest, "the body ended early: send it again")
	}
	if len(text) > maxBytes {
		return v, errorf(http.StatusRequestEntityTooLarge, "the body is too long: send up to %d bytes", maxBytes)
	}
	if err := json.Unmarshal(text, &v); err != nil {
		return v, errorf(http.StatusBadRequest, "the body is not valid: %v", err)
	}
	return v, nil
}
