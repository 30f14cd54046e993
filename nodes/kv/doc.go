// Package kv is the client language that every protocol speaks: requests and
// replies for get, put, delete and compare-and-set, with version contexts,
// session tokens, redirects, and errors that say whether the op can have happened.
package kv
