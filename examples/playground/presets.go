package main

import (
	"strings"

	cors "github.com/corskit/cors/core"
	"github.com/corskit/cors/core/config"
)

// presets are policies to start from. Those that name a site name one of
// the playground's, to try it.
func (p *playground) presets() []Preset {
	yours := p.sites[0].Origin
	presets := []Preset{
		preset("cookies", "Cookies", "Your site's scripts call your API on another origin, and users log in with a cookie.", cors.Config{
			AllowOrigins: []string{yours}, AllowCredentials: true, AllowMethods: []string{"PUT", "DELETE"},
			AllowHeaders: []string{"Content-Type"}, ExposeHeaders: []string{"X-Total-Count"}, MaxAge: 600,
		}),
		preset("tokens", "Tokens", "Your site's scripts send a token in Authorization. No cookies are needed, so none are allowed.", cors.Config{
			AllowOrigins: []string{yours}, ExposeHeaders: []string{"X-Total-Count"},
		}),
		preset("public", "Public API", "Any site can read what needs no login.", cors.Config{
			AllowOrigins: []string{"*"}, AllowMethods: []string{}, AllowHeaders: []string{}, ExposeHeaders: []string{"*"},
		}),
		preset("subdomains", "Subdomains", "Each customer has a subdomain of yours. (The first entry is your site in the playground.)", cors.Config{
			AllowOrigins: []string{yours, "https://*.example.com"}, AllowCredentials: true,
		}),
		preset("extension", "Extension", "The pages of a browser extension have an origin of their own, which doesn't change.", cors.Config{
			AllowOrigins: []string{"chrome-extension://" + strings.Repeat("abcdefghijklmnop", 2)},
		}),
	}
	if p.isStatic {
		return presets // its sites are elsewhere
	}
	return append(presets, preset("development", "Local", "Any port of 127.0.0.1. (In the playground, localhost is the stranger.) Never in production.", cors.Config{
		AllowOrigins: []string{"http://127.0.0.1:*"}, AllowCredentials: true, ExposeHeaders: []string{"X-Total-Count"},
	}))
}

func preset(id, title, why string, cfg cors.Config) Preset {
	text, err := config.JSON(cfg)
	if err != nil {
		panic(err) // the Configs are ours
	}
	return Preset{id, title, why, text}
}
