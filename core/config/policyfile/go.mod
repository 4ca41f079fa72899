module github.com/corskit/cors/core/config/policyfile

go 1.25.0

require (
	github.com/corskit/cors/core v0.1.0
	github.com/fsnotify/fsnotify v1.10.1
)

require (
	golang.org/x/net v0.58.0 // indirect
	golang.org/x/sys v0.47.0 // indirect
	golang.org/x/text v0.41.0 // indirect
)

replace github.com/corskit/cors/core => ../..
