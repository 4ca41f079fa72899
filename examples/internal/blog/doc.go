// Package blog is an API of posts without its routes: what it keeps, what it
// refuses, and who may read it from another origin ([Policy]). The programs
// beside it put a framework in front.
package blog
