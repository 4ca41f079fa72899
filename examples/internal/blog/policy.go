package blog

import cors "github.com/corskit/cors/core"

// Policy returns the policy for scripts of other origins: scripts of every
// origin can read the public posts, and scripts of the trusted origin can do
// everything that the logged-in user can. The narrowest Config for a path
// applies.
//
// It protects users from other sites in their browser. [Authorize] checks who
// may write: CORS does not stop clients other than browsers.
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
