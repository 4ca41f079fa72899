module github.com/corskit/cors/conformance

go 1.25.0

require (
	github.com/corskit/cors/core v0.1.0
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3
	golang.org/x/net v0.58.0
)

require golang.org/x/text v0.41.0 // indirect

replace github.com/corskit/cors/core => ../core
