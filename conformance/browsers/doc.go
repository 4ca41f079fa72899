// Package browsers has real browsers under test: Chromium, Firefox and WebKit
// run scripts in documents of any origin, against servers of the test's own.
//
//	web := browsers.NewWeb(t)
//	web.Handle("https://api.example.com", api)
//	b := browsers.Start(t, browsers.Chromium, web)
//	var status int
//	err := b.Run(ctx, "https://app.example.com",
//		`return (await fetch(argument)).status`, "https://api.example.com/data", &status)
//
// A [Web] is all that a browser can reach. It gives host names, ports and
// https to handlers and servers on loopback addresses, by a proxy and a
// certificate authority of its own; hosts that it does not know cannot be
// reached, so that nothing leaves the machine.
//
// A [Browser] is a process with a fresh profile. No driver is needed: the first
// page that it loads takes commands from the test. What is under test is not
// hidden by preferences: third-party cookies are allowed, http is not upgraded,
// and pages may open windows.
//
// Start reading at [Start] and [Browser.Run], then [Web].
package browsers
