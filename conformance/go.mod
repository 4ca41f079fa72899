module github.com/corskit/cors/conformance

go 1.25.0

require (
	github.com/corskit/cors/core v0.0.0
	golang.org/x/net v0.58.0
)

require golang.org/x/text v0.41.0 // indirect

replace github.com/corskit/cors/core => ../core
