// Package caller is the client side that protocols with one leader share: whom to ask,
// whom to ask next, and how often.
package caller
