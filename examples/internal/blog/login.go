package blog

import (
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"strings"
)

// The secrets of the demonstration. A real API has no secrets in its source.
const (
	token    = "demo-token"
	user     = "ada"
	password = "demo-password"
)

// Authorize returns an error unless the value of the header Authorization has
// the token, which is required for writing.
func Authorize(authorization string) error {
	scheme, given, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") || !equal(given, token) {
		return errorf(http.StatusUnauthorized, "writing needs a token: send the header Authorization: Bearer %s", token)
	}
	return nil
}

// Credentials are what a user logs in with.
type Credentials struct {
	User     string `json:"user"`
	Password string `json:"password"`
}

// SessionCookie is the name of the cookie that carries a session. (A cookie is
// sent to every port of its host, so the name should be unique to the program.)
const SessionCookie = "blog_session"

// A Session is the session of a user who has logged in.
type Session struct {
	User  string `json:"user"`
	token string
}

// Cookie returns the cookie that carries the session.
//
// SameSite does not tell the two sites of the demonstration apart. It is about
// sites, and a port is not part of a site: to http://localhost:8080, a page of
// http://localhost:8082 is cross-origin but same-site, and its requests carry
// the cookie whatever SameSite says. CORS keeps its script from reading the
// responses. With Lax, requests from other registrable domains carry no cookie;
// an API for such sites needs SameSite=None, which requires Secure and
// therefore https.
func (s Session) Cookie() *http.Cookie {
	return &http.Cookie{
		Name:     SessionCookie,
		Value:    s.token,
		Path:     "/",
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	}
}

// Login starts a session.
func (b *Blog) Login(c Credentials) (Session, error) {
	if c.User != user || !equal(c.Password, password) {
		return Session{}, errorf(http.StatusUnauthorized, "user or password is wrong: log in as %q with the password %q", user, password)
	}
	s := Session{User: user, token: rand.Text()}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sessions[s.token] = s
	return s, nil
}

// Session returns the session for the value of a cookie.
func (b *Blog) Session(cookie string) (Session, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	s, ok := b.sessions[cookie]
	if !ok {
		return Session{}, errorf(http.StatusUnauthorized, "no one is logged in: POST /login, and send the cookie %s", SessionCookie)
	}
	return s, nil
}

// equal compares in constant time, so that its duration does not help guessing.
func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
