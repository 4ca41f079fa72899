module github.com/corskit/cors/adapters/echo/v5

go 1.25.0

require (
	github.com/corskit/cors/conformance v0.1.0
	github.com/corskit/cors/core v0.1.0
	github.com/labstack/echo/v5 v5.0.0
)

require (
	golang.org/x/net v0.58.0 // indirect
	golang.org/x/text v0.41.0 // indirect
	golang.org/x/time v0.14.0 // indirect
)

replace (
	github.com/corskit/cors/conformance => ../../../conformance
	github.com/corskit/cors/core => ../../../core
)
