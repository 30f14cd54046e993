package strict

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestCanonicalText(t *testing.T) {
	require.Equal(t, `name: quorum-overlap
protocol: {n: 3, r: 1, quorum: sloppy, reads: 0.25, skew: -5ms, big: 18446744073709551615}
link: {latency: {exponential: {mean: 1.5ms}}}
faults:
  - {kind: partition, at: 2s, for: 3s, groups: [[n1], [n2, n3]]}
  - {kind: crash, at: 1m30s, node: n2}
duration: 100us
grid: {protocol.r: [1, 2, 3], protocol.quorum: [strict, sloppy]}
requires: "partition.crossed >= 10"
expect:
  - {never: stale_reads, when: "r + w > n"}
  - {sometimes: lost_writes}
weights: {b: 2, a: 1}
verbose: true
cache: {}
`, string(goodDocument(t).Bytes()))
}

// anyNode draws a tree of values with hostile words in it.
func anyNode(depth int) *rapid.Generator[*node] {
	return rapid.Custom(func(t *rapid.T) *node {
		kind := scalar
		if depth > 0 {
			kind = rapid.SampledFrom([]shapeKind{scalar, list, mapping}).Draw(t, "kind")
		}
		n := &node{kind: kind}
		switch kind {
		case scalar:
			n.text = anyWord().Draw(t, "text")
			n.quoted = !isPlain(n.text) || rapid.Bool().Draw(t, "quoted")
		case list:
			n.items = rapid.SliceOfN(anyNode(depth-1), 0, 4).Draw(t, "items")
		case mapping:
			seen := map[string]bool{}
			for range rapid.IntRange(0, 4).Draw(t, "keys") {
				if key := anyWord().Draw(t, "key"); !seen[key] && strings.TrimSpace(key) != "" && len(key) < maxKey {
					seen[key] = true
					n.entries = append(n.entries, entry{key: key, value: anyNode(depth-1).Draw(t, "value")})
				}
			}
		}
		return n
	})
}

func anyWord() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{
			"", " ", "a b", "a: b", "a:", ":a", "a #b", "#", "- a", "-", "-5", "---", "...", "[a", "a,b", "{", "null", "~", "<<", "&a", "*a",
			"!a", "|", ">", "%a", "@a", "`", "'", `"`, `\`, "?", "? a", "?a", "a\nb", "a\tb", "=", "é", "\u2028", "\u00a0", "\x7f", "\U0001F600",
		}),
		rapid.StringMatching(`[a-z0-9:#,\[\]{}&*!|>'"%@ .?-]{1,6}`),
		rapid.StringN(1, 5, 20).Filter(func(s string) bool { return s != "" }),
	)
}

// Reading what was written gives the same tree, in both forms.
func TestWrittenTextReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyNode(3).Draw(t, "tree")
		for _, text := range []string{inline(want), string(canonical(want))} {
			got, problems := compose("x", []byte(text))
			require.NoError(t, problems.Err(), text)
			require.Equal(t, inline(want), inline(got), text)
			require.True(t, same(want, got), text)
		}
	})
}

func same(a, b *node) bool {
	if a.isNull() && b.isNull() {
		return true // in whatever words
	}
	if a.kind != b.kind || a.text != b.text || a.quoted != b.quoted || len(a.items) != len(b.items) || len(a.entries) != len(b.entries) {
		return false
	}
	for i := range a.items {
		if !same(a.items[i], b.items[i]) {
			return false
		}
	}
	for i := range a.entries {
		if a.entries[i].key != b.entries[i].key || !same(a.entries[i].value, b.entries[i].value) {
			return false
		}
	}
	return true
}
