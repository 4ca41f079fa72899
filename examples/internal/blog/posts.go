package blog

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// A Post is a stored Draft.
type Post struct {
	ID int `json:"id"`
	Draft
}

// A Draft is the text that an author sends.
type Draft struct {
	Title  string `json:"title"`
	Body   string `json:"body"`
	Public bool   `json:"public"`
}

const (
	maxTitle = 100    // characters
	maxBody  = 10_000 // characters
)

func (d Draft) validate() error {
	switch title, body := utf8.RuneCountInString(d.Title), utf8.RuneCountInString(d.Body); {
	case strings.TrimSpace(d.Title) == "":
		return errorf(http.StatusUnprocessableEntity, "title is empty: give 1 to %d characters", maxTitle)
	case title > maxTitle:
		return errorf(http.StatusUnprocessableEntity, "title has %d characters: give 1 to %d", title, maxTitle)
	case body > maxBody:
		return errorf(http.StatusUnprocessableEntity, "body has %d characters: give up to %d", body, maxBody)
	}
	return nil
}

// A Blog keeps posts and sessions in memory. It is safe for concurrent use.
type Blog struct {
	mu       sync.RWMutex
	posts    []Post // by ID
	lastID   int
	sessions map[string]Session // by token
}

// New returns a Blog with three posts, one of them not public.
func New() *Blog {
	b := &Blog{sessions: make(map[string]Session)}
	for _, d := range []Draft{
		{"Hello", "The first post is for everyone.", true},
		{"Same-origin", "What a browser would keep apart, CORS lets through.", true},
		{"Unfinished", "Only the trusted site shows this one.", false},
	} {
		b.add(d)
	}
	return b
}

// Posts returns all posts.
func (b *Blog) Posts() []Post {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return slices.Clone(b.posts)
}

// PublicPosts returns the posts that are public.
func (b *Blog) PublicPosts() []Post {
	return slices.DeleteFunc(b.Posts(), func(p Post) bool { return !p.Public })
}

// Post returns one post.
func (b *Blog) Post(id string) (Post, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	i, err := b.index(id)
	if err != nil {
		return Post{}, err
	}
	return b.posts[i], nil
}

// PublicPost returns one post, if it is public.
func (b *Blog) PublicPost(id string) (Post, error) {
	p, err := b.Post(id)
	if err == nil && !p.Public {
		return Post{}, noPost(id)
	}
	return p, err
}

// Create stores a draft as a new post.
func (b *Blog) Create(d Draft) (Post, error) {
	if err := d.validate(); err != nil {
		return Post{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.add(d), nil
}

func (b *Blog) add(d Draft) Post {
	b.lastID++
	p := Post{b.lastID, d}
	b.posts = append(b.posts, p)
	return p
}

// Update replaces the text of a post.
func (b *Blog) Update(id string, d Draft) (Post, error) {
	if err := d.validate(); err != nil {
		return Post{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	i, err := b.index(id)
	if err != nil {
		return Post{}, err
	}
	b.posts[i].Draft = d
	return b.posts[i], nil
}

// Delete removes a post.
func (b *Blog) Delete(id string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	i, err := b.index(id)
	if err != nil {
		return err
	}
	b.posts = slices.Delete(b.posts, i, i+1)
	return nil
}

func (b *Blog) index(id string) (int, error) {
	i := slices.IndexFunc(b.posts, func(p Post) bool { return strconv.Itoa(p.ID) == id })
	if i < 0 {
		return 0, noPost(id)
	}
	return i, nil
}

func noPost(id string) error {
	return errorf(http.StatusNotFound, "there is no post %q: GET the list of posts", id)
}
