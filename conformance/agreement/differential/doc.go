// Package differential has tests only. They let scripts make the same requests
// in package fetch, which models a browser after the standard, and in Chromium,
// Firefox and WebKit, and compare what reached the servers and what the scripts
// saw.
//
// The scenarios are generated: policies carried out by our engine, and answers
// that no server should give, written byte for byte. A scenario is decided by a
// seed and a number, and one on which the model and a browser disagree is shrunk
// to the smallest that they still disagree on, in JSON. Put into testdata, it is
// carried out by every test run from then on.
//
//	go test ./conformance/agreement/differential -examples 20000 -seed 7 -timeout 0
//
// Where a browser departs from the standard, the departure is a rule in
// departures_test.go, and an example of it is in testdata. A rule changes what the
// model is given and what it sends, so that the model then has to do all that the
// browser does.
package differential
