// Package benchmarks measures what CORS costs: corskit, the other Go libraries,
// and the least code that responds correctly.
//
// [Requests] are the five requests that are measured. [NetHTTP] puts [Policy]
// in front of one router with every implementation that there is for it, and
// the other [Frameworks] do the same. The benchmarks are ordinary ones, with
// names for benchstat:
//
//	go test -run '^$' -bench Request/framework=gin -benchtime 50ms -count 10 | benchstat -col /impl -filter .unit:added-ns/op -
//
// They serve requests in memory and keep the request, the response and the
// memory of its header from one to the next, to show what CORS costs and not
// what a server does. BenchmarkLoopback shows how much of a server that is.
//
// The command corsbench runs the benchmarks in several binaries and writes the
// tables of the READMEs.
package benchmarks
