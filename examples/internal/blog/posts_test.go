package blog

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
)

func TestDraftsThatArePosts(t *testing.T) {
	for _, tt := range []struct {
		name  string
		draft Draft
		says  string // "" for a draft that is taken
	}{
		{"a title is enough", Draft{Title: "Hello"}, ""},
		{"a title may have 100 characters, however many bytes", Draft{Title: strings.Repeat("é", 100)}, ""},
		{"a title may not have more", Draft{Title: strings.Repeat("é", 101)}, "title has 101 characters: give 1 to 100"},
		{"a title may not be empty", Draft{Body: "Hello"}, "title is empty: give 1 to 100 characters"},
		{"a title may not be blank", Draft{Title: " \t"}, "title is empty: give 1 to 100 characters"},
		{"a body may have 10000 characters", Draft{Title: "Hello", Body: strings.Repeat("é", 10_000)}, ""},
		{"a body may not have more", Draft{Title: "Hello", Body: strings.Repeat("é", 10_001)}, "body has 10001 characters: give up to 10000"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := New()
			created, err := b.Create(tt.draft)
			expectError(t, err, 422, tt.says)
			_, err = b.Update("1", tt.draft)
			expectError(t, err, 422, tt.says)
			if want := 3; tt.says == "" && (created.Draft != tt.draft || len(b.Posts()) != want+1) || tt.says != "" && len(b.Posts()) != want {
				t.Errorf("Create gives %+v, and then there are %d posts", created, len(b.Posts()))
			}
		})
	}
}

// expectError checks that there is no error, if says is "", or that it is an
// Error of that status and message.
func expectError(t *testing.T, err error, status int, says string) {
	t.Helper()
	var e *Error
	switch {
	case says == "" && err != nil:
		t.Errorf("error is %v, want none", err)
	case says != "" && (!errors.As(err, &e) || e.Status != status || e.Message != says):
		t.Errorf("error is %v, want %d: %s", err, status, says)
	}
}

func TestAPostIsCreatedReadUpdatedAndDeleted(t *testing.T) {
	b := New()
	p, err := b.Create(Draft{Title: "A"})
	if err != nil {
		t.Fatal(err)
	}
	id := strconv.Itoa(p.ID)
	if got, err := b.Post(id); err != nil || got != p {
		t.Errorf("after Create, Post(%q) = %+v, %v", id, got, err)
	}
	if _, err := b.PublicPost(id); err == nil {
		t.Errorf("PublicPost(%q) returns a post that is not public", id)
	}
	if _, err := b.Update(id, Draft{Title: "B", Public: true}); err != nil {
		t.Fatal(err)
	}
	if got, err := b.PublicPost(id); err != nil || got.Title != "B" {
		t.Errorf("after Update, PublicPost(%q) = %+v, %v", id, got, err)
	}
	if err := b.Delete(id); err != nil {
		t.Fatal(err)
	}
	if again, err := b.Create(Draft{Title: "C"}); err != nil || again.ID == p.ID {
		t.Errorf("after Delete, Create = %+v, %v, want another ID", again, err)
	}
}

func TestPostsThatThereAreNot(t *testing.T) {
	b := New()
	for _, id := range []string{"", "0", "4", "-1", "+1", "01", "1 ", "one", "1/2"} {
		t.Run(id, func(t *testing.T) {
			says := "there is no post " + strconv.Quote(id) + ": GET the list of posts"
			_, err := b.Post(id)
			expectError(t, err, 404, says)
			_, err = b.PublicPost(id)
			expectError(t, err, 404, says)
			_, err = b.Update(id, Draft{Title: "A"})
			expectError(t, err, 404, says)
			expectError(t, b.Delete(id), 404, says)
		})
	}
}

func TestAListIsACopy(t *testing.T) {
	b := New()
	b.Posts()[0].Title = "Altered"
	b.PublicPosts()[0].Title = "Altered"
	if got, err := b.Post("1"); err != nil || got.Title != "Hello" {
		t.Errorf("Post is %+v, %v", got, err)
	}
}

func TestABlogIsSafeForConcurrentUse(t *testing.T) {
	b := New()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			p, err := b.Create(Draft{Title: "A"})
			if err != nil {
				t.Error(err)
				return
			}
			id := strconv.Itoa(p.ID)
			b.Posts()
			b.PublicPosts()
			if _, err := b.Update(id, Draft{Title: "B"}); err != nil {
				t.Error(err)
			}
			if got, err := b.Post(id); err != nil || got.Title != "B" {
				t.Errorf("Post(%q) = %+v, %v", id, got, err)
			}
			if err := b.Delete(id); err != nil {
				t.Error(err)
			}
			if s, err := b.Login(Credentials{user, password}); err != nil {
				t.Error(err)
			} else if _, err := b.Session(s.token); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := len(b.Posts()); got != 3 {
		t.Errorf("there are %d posts, want 3", got)
	}
}
