// Package benchmarks measures what CORS costs: corskit, the other Go libraries,
// and the least code that responds correctly.
//
// [Requests] are the five requests that are measured. [NetHTTP] puts [Policy]
// in front of a router with every implementation for net/http, and the other
// [Frameworks] do the same. The benchmarks are ordinary Go benchmarks, with
// names for benchstat:
//
//	go test -run '^$' -bench Request/framework=gin -benchtime 50ms -count 10 | benchstat -col /impl -filter .unit:added-ns/op -
//
// They serve requests in memory and reuse the request, the response and the
// memory of its header, to show the cost of CORS without that of a server.
// BenchmarkLoopback compares it with that of a server.
//
// The command corsbench runs the benchmarks in several binaries and writes the
// tables in the READMEs.
package benchmarks
