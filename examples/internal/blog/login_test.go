package blog

import "testing"

func TestAuthorize(t *testing.T) {
	for _, tt := range []struct {
		name   string
		header string
		may    bool
	}{
		{"the token may write", "Bearer demo-token", true},
		{"the scheme is written in any case", "bearer demo-token", true},
		{"no header may not", "", false},
		{"no token may not", "Bearer", false},
		{"another token may not", "Bearer demo-tokem", false},
		{"the token and more may not", "Bearer demo-token more", false},
		{"another scheme may not", "Basic demo-token", false},
		{"the token alone may not", "demo-token", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			says := "writing needs a token: send the header Authorization: Bearer demo-token"
			if tt.may {
				says = ""
			}
			expectError(t, Authorize(tt.header), 401, says)
		})
	}
}

func TestLogin(t *testing.T) {
	for _, tt := range []struct {
		name        string
		credentials Credentials
		may         bool
	}{
		{"user and password log in", Credentials{"ada", "demo-password"}, true},
		{"another user does not", Credentials{"bob", "demo-password"}, false},
		{"another password does not", Credentials{"ada", "guessed"}, false},
		{"nothing does not", Credentials{}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := New().Login(tt.credentials)
			if (err == nil) != tt.may || (s != Session{}) != tt.may {
				t.Errorf("Login(%+v) = %+v, %v", tt.credentials, s, err)
			}
		})
	}
}

func TestASessionIsOfOneBlogAndOneLogin(t *testing.T) {
	b, other := New(), New()
	first, err := b.Login(Credentials{user, password})
	if err != nil {
		t.Fatal(err)
	}
	second, err := b.Login(Credentials{user, password})
	if err != nil {
		t.Fatal(err)
	}
	if first.Cookie().Value == second.Cookie().Value {
		t.Error("two sessions have the same cookie")
	}
	if s, err := b.Session(first.Cookie().Value); err != nil || s.User != "ada" {
		t.Errorf("Session = %+v, %v, want ada's", s, err)
	}
	for _, cookie := range []string{"", "guessed"} {
		if _, err := b.Session(cookie); err == nil {
			t.Errorf("Session(%q) finds one", cookie)
		}
	}
	if _, err := other.Session(first.Cookie().Value); err == nil {
		t.Error("another blog knows the session")
	}
}
