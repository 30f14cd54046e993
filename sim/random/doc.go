// Package random turns addresses into draws and draws into delays and keys.
//
// A draw is named, never "the next number of a generator": Draw(seed, address,
// purpose) is one 64-bit word, and the same name always gives the same word,
// whatever else was drawn before it. Everything made of a word (a latency, a
// key, a yes or no) consumes exactly that one word and is computed in integers
// only, so that every machine agrees on it to the last bit.
//
// A Spec is a distribution as a scenario spells it, a Dist the same compiled:
// quantile curves made of small cubic pieces, finer towards both tails.
package random

//go:generate go run ./internal/gen
