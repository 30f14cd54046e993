package record

import "math/bits"

// Digest mixes fixed-width records into 64 bits, in order, with three multiplies
// a record. Two runs are the same when their digests are.
type Digest uint64

const (
	digestSeed = 0x8EBC6AF09C88C6E3
	digestA    = 0x9E3779B97F4A7C15
	digestB    = 0xE7037ED1A0B428DB
	digestC    = 0x589965CC75374CC3
)

// NewDigest starts a digest.
func NewDigest() Digest { return digestSeed }

// Add mixes one record of six words.
func (d *Digest) Add(a, b, c, e, f, g uint64) {
	h1, l1 := bits.Mul64(a^digestA, b^uint64(*d))
	h2, l2 := bits.Mul64(c^digestB, e^bits.RotateLeft64(uint64(*d), 23))
	h3, l3 := bits.Mul64(f^digestC, g^bits.RotateLeft64(uint64(*d), 41))
	*d = Digest(bits.RotateLeft64(uint64(*d), 7) ^ h1 ^ l1 ^ bits.RotateLeft64(h2^l2, 17) ^ bits.RotateLeft64(h3^l3, 37))
}
