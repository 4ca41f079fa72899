package migrating

import cors "github.com/corskit/cors/core"

// What the defaults of each library are here.

func ginContribDefaultHere() cors.Config {
	return cors.Config{AllowOrigins: []string{"*"}, AllowHeaders: []string{"Content-Type"}, MaxAge: 12 * 60 * 60}
}

func rsDefaultHere() cors.Config {
	return cors.Config{AllowOrigins: []string{"*"}, AllowMethods: []string{}, AllowHeaders: []string{"Content-Type", "X-Requested-With"}}
}

func allowAllHere() cors.Config {
	return cors.Config{AllowOrigins: []string{"*"}, AllowHeaders: []string{"*", "Authorization"}}
}

func goChiDefaultHere() cors.Config {
	return cors.Config{AllowOrigins: []string{"*"}, AllowMethods: []string{}, AllowHeaders: []string{"Content-Type"}}
}

func simplestHere() cors.Config {
	return cors.Config{AllowOrigins: []string{"*"}, AllowMethods: []string{}, AllowHeaders: []string{}}
}

func allHeadersHere() cors.Config {
	return cors.Config{AllowOrigins: []string{"*"}, AllowMethods: []string{"PUT", "PATCH", "DELETE"}, AllowHeaders: []string{"*", "Authorization"}}
}
