// Package benchmarks measures what CORS costs: ours, that of other Go
// libraries, and that of the least code that answers correctly.
//
// Start reading at [Requests], the five requests that are measured, and at
// [NetHTTP], which puts one policy in front of one router by every
// implementation there is for it. The other frameworks do the same. What is
// measured beside that is a file each: [Grid], [Loopback], [Scale],
// [Reload], [Hostile] and [Values].
//
// The command corsbench measures and prints tables. For benchstat there are
// benchmarks:
//
//	go test -run '^$' -bench 'Request/framework=gin' -count 10 . | benchstat -col /impl -
//
// What is measured in memory keeps its request, its response and the memory of
// the response's header from one round to the next: it shows what CORS costs
// and not what a server does. [Loopback] shows how much of a server that is.
package benchmarks
