package blog

import cors "github.com/corskit/cors/core"

// Policy says what scripts of other origins may do: those of every origin read
// the public posts, those of the trusted one do everything, as the user who is
// logged in. The narrowest Config for a path applies.
//
// It protects the users of a browser from what other sites do there in their
// name. Who may write is asked by [Authorize]: CORS keeps no one out who calls
// the API without a browser.
func Policy(trusted string) []cors.Config {
	return []cors.Config{
		{
			Paths:        []string{"/public/"},
			AllowOrigins: []string{"*"},
		},
		{
			AllowOrigins:     []string{trusted},
			AllowCredentials: true,
			ExposeHeaders:    []string{"X-Total-Count"},
		},
	}
}
