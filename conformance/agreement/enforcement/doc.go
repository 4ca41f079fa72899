// Package enforcement has only tests. In real browsers, a page of another site
// posts a form, or opens a WebSocket, with the user's cookie.
package enforcement
