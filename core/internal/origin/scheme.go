package origin

import (
	"strings"

	"github.com/corskit/cors/core/internal/editdistance"
)

// checkPageless refuses URLs that pages have and origins don't: the origin of
// such a page is opaque or that of another page (HTML, section "Origin"; URL,
// section "Origin"). It comes first, since the rest of such a URL can be any
// text.
func checkPageless(s string) *Error {
	scheme, rest, found := strings.Cut(s, ":")
	port, _, _ := strings.Cut(rest, "/")
	if !found || port == anyPort || port != "" && strings.Trim(port, "0123456789") == "" {
		return nil // "data:8080" is a host and a port
	}
	switch scheme = strings.ToLower(scheme); scheme {
	case "blob", "filesystem":
		if strings.Contains(rest, "://") {
			return fix(CodeScheme, rest, "%s: URLs have the origin of the page that made them; write %q", scheme)
		}
		return problem(CodeScheme, `%s: URLs have the origin of the page that made them; write that page's origin, such as "https://app.example.com"`, scheme)
	case "data":
		return problem(CodeScheme, `pages of data: URLs have an opaque origin, which browsers send as "null" and any site can produce; serve the page over HTTPS and write its origin, such as "https://app.example.com"`)
	case "about":
		return problem(CodeScheme, `about: pages have the origin of the page that opened them or an opaque one; write the opening page's origin, such as "https://app.example.com"`)
	case "javascript":
		return problem(CodeScheme, `javascript: URLs run with the origin of the page that contains them; write that page's origin, such as "https://app.example.com"`)
	case "mailto":
		return problem(CodeScheme, "mailto: URLs open no page, so browsers never send this origin; remove the entry")
	}
	return nil
}

// checkWebScheme refuses schemes that no page in a browser has. Other schemes
// can be those of pages in an app's embedded browser, such as capacitor.
func checkWebScheme(scheme, rest string) *Error {
	switch scheme {
	case "https", "http":
		return nil
	case "wss":
		return fix(CodeScheme, "https://"+rest, "browsers open WebSockets with the origin of the page; write %q")
	case "ws":
		return fix(CodeScheme, "http://"+rest, "browsers open WebSockets with the origin of the page; write %q")
	case "ftp", "ftps", "sftp":
		return problem(CodeScheme, "browsers open no FTP pages, so they never send this origin; remove the entry")
	}
	https, http := editdistance.Between(scheme, "https"), editdistance.Between(scheme, "http")
	switch near := min(https, http); {
	case near > 2, near == 2 && !misspelled(scheme):
		return nil
	}
	// Plain HTTP is for the machine itself; elsewhere, it would be the less
	// secure guess.
	instead := "https"
	if host, _, _ := splitPort(rest); http < https && IsLoopback(strings.TrimPrefix(host, "*.")) {
		instead = "http"
	}
	return fix(CodeScheme, instead+"://"+rest, "the scheme is misspelled; write %q")
}

// misspelled tells, of the schemes two letters away from http or https, those
// that mean these: all their letters are in "https", as in "hpps". Others, such
// as "html", can be an app's own. Security reports write "hxxps" so that nobody
// follows a link by accident.
func misspelled(scheme string) bool {
	return len(scheme) > 2 && strings.Trim(scheme, "htps0123456789") == "" || scheme == "hxxp" || scheme == "hxxps"
}
