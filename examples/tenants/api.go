package main

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	cors "github.com/corskit/cors/core"
)

// policy returns the policy for the data of every tenant. The directory decides
// which origins are allowed.
//
// A page of a denied origin can send a request that needs no preflight, or
// whose preflight response its browser has cached from before. RejectDisallowed
// stops it before it reaches the handler.
func policy() cors.Config {
	return cors.Config{
		Paths:            []string{"/tenants/{tenant}/"},
		AllowCredentials: true,
		AllowHeaders:     []string{"Authorization"},
		MaxAge:           600,
		RejectDisallowed: true,
	}
}

// maxOrigins is how many origins a tenant can register.
const maxOrigins = 100

type api struct {
	store     store
	directory *directory
	log       *slog.Logger
}

func newAPI(s store, d *directory, log *slog.Logger) http.Handler {
	cfg := policy()
	cfg.AllowOriginFunc = d.allow
	engine, err := cors.New(cfg)
	if err != nil {
		panic(err) // the policy is constant
	}
	a := api{s, d, log}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /tenants/{tenant}/data", a.data)
	mux.HandleFunc("GET /admin/tenants/{tenant}/origins", a.admin(a.list))
	mux.HandleFunc("PUT /admin/tenants/{tenant}/origins", a.admin(a.register))
	mux.HandleFunc("DELETE /admin/tenants/{tenant}/origins", a.admin(a.remove))
	return engine.Handler(mux)
}

// data represents everything that a tenant's users can read. The example leaves
// out authentication.
func (a api) data(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("tenant")
	if !a.directory.has(id) {
		a.fail(w, &refusal{http.StatusNotFound, fmt.Sprintf("there is no tenant %q", id)})
		return
	}
	respond(w, http.StatusOK, map[string]string{"tenant": id, "message": "For the users of " + id + "."})
}

// admin handles requests with the token of the path's tenant. Unless there is
// an error, the response is the tenant's origins.
func (a api) admin(serve func(context.Context, tenant, *http.Request) (origins []string, err error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		t, err := a.authorize(ctx, r)
		if err != nil {
			a.fail(w, err)
			return
		}
		origins, err := serve(ctx, t, r)
		if err != nil {
			a.fail(w, err)
			return
		}
		respond(w, http.StatusOK, map[string][]string{"origins": origins})
	}
}

// authorize returns the tenant of the path if the request has its token.
func (a api) authorize(ctx context.Context, r *http.Request) (tenant, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	hash := sha256.Sum256([]byte(token))
	t, err := a.store.find(ctx, r.PathValue("tenant"))
	if err != nil && !errors.Is(err, errNoTenant) {
		return tenant{}, err
	}
	if err != nil || !strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare(hash[:], t.tokenHash) != 1 {
		return tenant{}, &refusal{http.StatusUnauthorized, "the token is missing or not the tenant's: send the header Authorization: Bearer, followed by the token"}
	}
	return t, nil
}

func (a api) list(_ context.Context, t tenant, _ *http.Request) ([]string, error) {
	return t.origins, nil
}

// register adds the origin in the query.
func (a api) register(ctx context.Context, t tenant, r *http.Request) ([]string, error) {
	return a.change(ctx, t, r, func(origins []string, added string) ([]string, error) {
		i, found := slices.BinarySearch(origins, added)
		if found {
			return origins, nil
		}
		origins = slices.Insert(slices.Clone(origins), i, added)
		return origins, check(origins)
	})
}

// remove removes the origin in the query.
func (a api) remove(ctx context.Context, t tenant, r *http.Request) ([]string, error) {
	return a.change(ctx, t, r, func(origins []string, removed string) ([]string, error) {
		i, found := slices.BinarySearch(origins, removed)
		if !found {
			return nil, &refusal{http.StatusNotFound, fmt.Sprintf("the origin %q is not registered: GET the list of origins", removed)}
		}
		return slices.Delete(slices.Clone(origins), i, i+1), nil
	})
}

func (a api) change(ctx context.Context, t tenant, r *http.Request, change func(origins []string, origin string) ([]string, error)) (changed []string, err error) {
	given := r.URL.Query()["origin"]
	if len(given) != 1 {
		return nil, &refusal{http.StatusBadRequest, fmt.Sprintf("the query has %d origins: write one, as in ?origin=https://app.example.com", len(given))}
	}
	err = a.store.update(ctx, t.id, func(origins []string) ([]string, error) {
		changed, err = change(origins, given[0])
		return changed, err
	})
	if err != nil {
		return nil, err
	}
	// The other instances get a notification; this one applies the change at once.
	if err := a.directory.catchUp(ctx); err != nil {
		a.log.Warn("a change is stored, but this instance applies it later", "tenant", t.id, "error", err)
	}
	return changed, nil
}

// check refuses origins that cors.New refuses, with the same message. (Advice
// about AllowCredentials and AcceptRisks is for the developer, not for
// tenants.)
func check(origins []string) error {
	if len(origins) > maxOrigins {
		return &refusal{http.StatusUnprocessableEntity, fmt.Sprintf("there are already %d origins, the limit: remove one, or register a pattern such as https://*.example.com for all subdomains of a domain", maxOrigins)}
	}
	cfg := policy()
	cfg.AllowOrigins = origins
	_, err := cors.New(cfg)
	var problems cors.ConfigErrors
	if !errors.As(err, &problems) {
		return nil
	}
	var lines []string
	for _, p := range problems {
		if p.Field == "AllowOrigins" { // not a field that "*" makes irrelevant
			lines = append(lines, fmt.Sprintf("%q: %s", p.Value, p.Message))
		}
	}
	return &refusal{http.StatusUnprocessableEntity, strings.Join(lines, "\n")}
}

// A refusal is an error response that says why.
type refusal struct {
	status  int
	message string
}

func (r *refusal) Error() string { return r.message }

// fail responds with a refusal. All other errors here come from the store.
func (a api) fail(w http.ResponseWriter, err error) {
	var r *refusal
	if !errors.As(err, &r) {
		a.log.Error("a request failed", "error", err)
		w.Header().Set("Retry-After", "1") // seconds
		r = &refusal{http.StatusServiceUnavailable, "the store is unavailable: try again"}
	}
	if r.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	respond(w, r.status, map[string]string{"error": r.message})
}

func respond(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // fails only if the client is gone
}
