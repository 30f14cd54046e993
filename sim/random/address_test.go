package random

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestDrawGolden freezes the generator: these words are what every recorded seed
// depends on. A change here breaks every tape and digest.
func TestDrawGolden(t *testing.T) {
	for _, c := range []struct {
		seed uint64
		a    Address
		p    Purpose
		want uint64
	}{
		{0, 0, Latency, 0x2fef682120cc5385},
		{0, 0, Loss, 0x5eb4d013362520cd},
		{0, 1, Latency, 0xfbac443d2e4bea66},
		{1, 0, Latency, 0x53b0ed82d89a7b52},
		{42, Address(Hash("n1")), Election, 0xec67a6673c7b5670},
		{math.MaxUint64, math.MaxUint64, Nemesis, 0x9ae3ca72303f6505},
	} {
		require.Equal(t, c.want, Draw(c.seed, c.a, c.p), "%d %d %v", c.seed, c.a, c.p)
	}
}

// TestDrawIsPCG computes the generator's first output from its definition
// (O'Neill 2014, PCG XSL RR 128/64) in big integers.
func TestDrawIsPCG(t *testing.T) {
	multiplier, _ := new(big.Int).SetString("47026247687942121848144207491837523525", 10)
	increment, _ := new(big.Int).SetString("117397592171526113268558934119004209487", 10)
	word := new(big.Int).SetUint64(math.MaxUint64)
	rapid.Check(t, func(t *rapid.T) {
		seed, a := rapid.Uint64().Draw(t, "seed"), rapid.Uint64().Draw(t, "address")
		p := Purpose(rapid.Uint8Max(uint8(purposes)).Draw(t, "purpose"))
		half := new(big.Int).SetUint64(Mix(seed, a+uint64(p)*golden))
		state := new(big.Int).Lsh(half, 64)
		state.Or(state, half).Mul(state, multiplier).Add(state, increment)
		low := new(big.Int).And(state, word).Uint64()
		high := new(big.Int).And(state.Rsh(state, 64), word).Uint64()
		folded, turn := high^low, high>>58
		require.Equal(t, folded>>turn|folded<<(64-turn), Draw(seed, Address(a), p))
	})
}

func TestHashGolden(t *testing.T) {
	for _, c := range []struct {
		text string
		want uint64
	}{{"", 0xf52a15e9a9b5e89b}, {"n1", 0xf8e46110455c6e53}, {"n2", 0xc1e0caa6db6efd5c}, {"client", 0x5d4abb2503bd29c4}} {
		require.Equal(t, c.want, Hash(c.text), c.text)
	}
	require.Equal(t, Address(0x3b4cafcfd47f50e5), Address(1).With(2))
}

// TestFinish checks the finaliser against splitmix64's published first outputs
// for the seed 1234567.
func TestFinish(t *testing.T) {
	state := uint64(1234567)
	for _, want := range []uint64{6457827717110365317, 3203168211198807973, 9817491932198370423} {
		state += golden
		require.Equal(t, want, finish(state))
	}
}

// chiSquare is the statistic of the bytes of words against an even spread, for
// the worst of the eight byte positions.
func chiSquare(words []uint64) float64 {
	worst := 0.0
	for shift := 0; shift < 64; shift += 8 {
		var counts [256]float64
		for _, word := range words {
			counts[word>>shift&255]++
		}
		expected, sum := float64(len(words))/256, 0.0
		for _, count := range counts {
			sum += (count - expected) * (count - expected) / expected
		}
		worst = max(worst, sum)
	}
	return worst
}

// TestDrawSpread: consecutive seeds, addresses and purposes all look random.
// Chi-square with 255 degrees of freedom exceeds 370 once in a million times.
func TestDrawSpread(t *testing.T) {
	const n = 1 << 16
	ways := map[string]func(i uint64) uint64{
		"seeds":          func(i uint64) uint64 { return Draw(i, 7, Latency) },
		"addresses":      func(i uint64) uint64 { return Draw(7, Address(i), Latency) },
		"far addresses":  func(i uint64) uint64 { return Draw(7, Address(i<<40), Latency) },
		"both":           func(i uint64) uint64 { return Draw(i>>8, Address(i&255), Loss) },
		"purposes":       func(i uint64) uint64 { return Draw(i>>4, 7, Purpose(i&15)) },
		"seed neighbour": func(i uint64) uint64 { return Draw(i, 7, Latency) - Draw(i+1, 7, Latency) },
		"pair":           func(i uint64) uint64 { return Draw(7, Address(i), Latency) ^ Draw(7, Address(i), Loss) },
		"mix":            func(i uint64) uint64 { return Mix(7, i) },
		"mix first":      func(i uint64) uint64 { return Mix(i, 7) },
	}
	for name, way := range ways {
		words := make([]uint64, n)
		for i := range words {
			words[i] = way(uint64(i))
		}
		require.Less(t, chiSquare(words), 370.0, name)
	}
	words := make([]uint64, n)
	for i := range words {
		words[i] = uint64(i%250) * 0x0101010101010101 // six byte values are missing
	}
	require.Greater(t, chiSquare(words), 370.0, "the test must be able to fail")
}

// TestMixAvalanche: flipping any bit of either input flips each bit of the result
// about half of the time.
func TestMixAvalanche(t *testing.T) {
	const trials = 2000
	for bit := range 128 {
		var flips [64]int
		for i := range uint64(trials) {
			h, word := finish(i), finish(i+1<<32)
			other := Mix(h^(1<<bit), word)
			if bit >= 64 {
				other = Mix(h, word^1<<(bit-64))
			}
			for k := range flips {
				flips[k] += int((Mix(h, word) ^ other) >> k & 1)
			}
		}
		for _, count := range flips {
			require.InDelta(t, trials/2, count, 6*math.Sqrt(trials)/2)
		}
	}
	require.NotEqual(t, Mix(1, 2), Mix(2, 1))
}

func TestBelow(t *testing.T) {
	require.Zero(t, Below(math.MaxUint64, 0))
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64Range(1, math.MaxUint64).Draw(t, "n")
		a, b := rapid.Uint64().Draw(t, "a"), rapid.Uint64().Draw(t, "b")
		a, b = min(a, b), max(a, b)
		require.Less(t, Below(b, n), n)
		require.LessOrEqual(t, Below(a, n), Below(b, n))
		require.Equal(t, n-1, Below(math.MaxUint64, n))
	})
}

// TestPurposeNames: names are distinct, and their numbers are frozen.
func TestPurposeNames(t *testing.T) {
	var names []string
	for p := range purposes {
		require.NotEmpty(t, p.String())
		require.NotContains(t, names, p.String())
		names = append(names, p.String())
	}
	require.Equal(t, "latency loss duplicate reorder service sync-time crash-keep tear corrupt arrival "+
		"key-choice op-choice election placement fault workload backoff quorum think clock timeout gossip value nemesis",
		strings.Join(names, " "))
	require.Equal(t, Purpose(12), Election)
	require.Equal(t, "purpose-200", Purpose(200).String())
}

func TestDrawAllocatesNothing(t *testing.T) {
	require.Zero(t, testing.AllocsPerRun(100, func() { sink += Draw(1, 2, Latency) }))
}
