// Package enforcement has only tests: real browsers in which a page of another
// site posts a form, or opens a WebSocket, with the user's cookie.
package enforcement
