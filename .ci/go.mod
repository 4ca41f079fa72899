module github.com/corskit/cors/ci

go 1.25.0
