// Package differential has only tests. They run scripts that make the same
// requests in package fetch, which models a browser by the standard, and in
// Chromium, Firefox and WebKit, and compare what reached the servers and what
// the scripts saw.
//
// The scenarios are generated: policies that our engine applies, and raw
// responses that no server should send. A seed determines a scenario, and the
// scenarios of a run have seeds one after another. The first on which the model
// and a browser disagree is shrunk to the smallest one on which they still
// disagree, and printed as JSON. Put it into testdata, and every test run
// includes it. To change the first seed and the number of scenarios:
//
//	go test ./conformance/agreement/differential -rapid.seed=10000 -rapid.checks=20000 -timeout 0
//
// Where a browser departs from the standard, the departure is a rule in
// departures_test.go, with an example in testdata. A rule changes the input and
// output of the model, so that the model then has to do exactly what the
// browser does.
package differential
