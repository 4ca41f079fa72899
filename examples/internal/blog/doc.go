// Package blog is an API of posts without its routes: it stores posts, checks
// requests, and has the policy for other origins ([Policy]). The example
// programs add a framework.
package blog
