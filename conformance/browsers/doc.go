// Package browsers runs scripts in real browsers: Chromium, Firefox and WebKit.
// Documents can have any origin, and the test provides the servers.
//
//	web := browsers.NewWeb(t)
//	web.Handle("https://api.example.com", api)
//	b := browsers.Start(t, browsers.Chromium, web)
//	var status int
//	err := b.Run(ctx, "https://app.example.com",
//		`return (await fetch(argument)).status`, "https://api.example.com/data", &status)
//
// A [Web] is everything that a browser can reach. It gives host names, ports
// and https to handlers and servers on loopback addresses, with a proxy and a
// certificate authority of its own. Other hosts can't be reached, so nothing
// leaves the machine.
//
// A [Browser] is a process with a fresh profile. It needs no driver: the first
// page that it loads takes commands from the test. Preferences switch off
// features that would hide what is under test: third-party cookies are allowed,
// http is not upgraded, and pages may open windows.
//
// Start reading at [Start] and [Browser.Run], then [Web].
package browsers
