package strict

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFields(t *testing.T) {
	var lines []string
	for _, f := range Fields(&sample{}, sampleOptions()) {
		lines = append(lines, fmt.Sprintf("%s|%s|%s|%s|%v|%s..%s|%v|%s",
			f.Path, f.Type, f.Unit, f.Default, f.Allowed, f.Min, f.Max, f.Required, f.Doc))
	}
	require.Equal(t, []string{
		"name|text|||[]|..|true|what it is called",
		"protocol|mapping|||[]|..|true|the protocol",
		"protocol.n|whole number||3|[]|1..64|false|copies",
		"protocol.r|whole number||2|[]|1..|false|reads",
		"protocol.quorum|text||strict|[strict sloppy]|..|false|how quorums are met",
		"protocol.reads|probability||0.5|[]|..0.9|false|share of reads",
		"protocol.skew|duration|ns, us, ms, s, m, h||[]|-1s..|false|clock offset",
		"protocol.small|whole number|||[]|..|false|a small number",
		"protocol.big|whole number|bytes||[]|..|false|a big number",
		"link|mapping|||[]|..|false|the links",
		"link.latency|value or mapping|||[]|..|false|how long a message takes",
		"link.latency.constant|duration|ns, us, ms, s, m, h||[]|..|false|always this",
		"link.latency.exponential|mapping|||[]|..|false|memoryless",
		"link.latency.exponential.mean|duration|ns, us, ms, s, m, h||[]|..|true|the mean",
		"link.latency.floor|duration|ns, us, ms, s, m, h|1us|[]|..|false|at least this",
		"faults|list of fault|||[partition crash]|..|false|what goes wrong",
		"faults[partition]|kind of fault|||[]|..|false|splits the network",
		"faults[partition].at|duration|ns, us, ms, s, m, h||[]|..|true|when it begins",
		"faults[partition].for|duration|ns, us, ms, s, m, h||[]|..|false|how long it lasts",
		"faults[partition].groups|list of list of text|||[]|..|false|who still sees whom",
		"faults[crash]|kind of fault|||[]|..|false|stops a node",
		"faults[crash].at|duration|ns, us, ms, s, m, h||[]|..|true|when it begins",
		"faults[crash].for|duration|ns, us, ms, s, m, h||[]|..|false|how long it lasts",
		"faults[crash].node|text|||[]|..|true|who",
		"duration|duration|ns, us, ms, s, m, h|10s|[]|..24h|false|how long",
		"grid|mapping of list of any value|||[]|..|false|the axes",
		"expect|list of mapping|||[]|..|false|what is expected",
		"expect[].never|text|||[]|..|false|must not happen",
		"expect[].sometimes|text|||[]|..|false|must happen in some run",
		"expect[].when|text|||[]|..|false|in which cells",
		"weights|mapping of whole number|||[]|..100|false|weights by name",
		"verbose|true or false|||[]|..|false|whether to say more",
		"cache|mapping|||[]|..|false|the cache, if any",
		"cache.size|whole number||7|[]|..|false|how many",
		"requires|list of text|||[]|..|false|what must have happened",
	}, lines)
}

func TestSoundAcceptsTheSample(t *testing.T) {
	require.NoError(t, Sound(sample{}, sampleOptions()))
}

func TestSoundFindsMistakesInTags(t *testing.T) {
	type twice struct {
		A int `yaml:"a" doc:"a"`
		B int `yaml:"a" doc:"b"`
	}
	type nothing struct{ A int }
	type inlined struct {
		A *cache `yaml:",inline"`
	}
	type secretive struct {
		secret `yaml:",inline"`
	}
	for _, c := range []struct {
		into any
		want string
	}{
		{twice{}, ": strict.twice.B: the key a is taken"},
		{nothing{}, ": strict.nothing.A: no good yaml tag"},
		{inlined{}, ": strict.inlined.A: only a struct can be inline"},
		{secretive{}, ": strict.secretive.secret: its Check can be called only if it is exported"},
		{struct {
			A float64 `yaml:"a" doc:"a"`
		}{}, "a: the type float64 cannot be decoded"},
		{struct {
			A int `yaml:"a"`
		}{}, "a: it has no doc"},
		{struct {
			A int `yaml:"a" doc:"a" default:"x"`
		}{}, `a: the default is wrong: "x" is not a whole number`},
		{struct {
			A int `yaml:"a" doc:"a" default:"["`
		}{}, `a: the default "[" is wrong: not valid YAML: did not find expected node content`},
		{struct {
			A int `yaml:"a" doc:"a" min:"3" default:"2"`
		}{}, `a: the default is wrong: "2" is too small; at least 3`},
		{struct {
			A time.Duration `yaml:"a" doc:"a" max:"3"`
		}{}, `a: the bound "3" is wrong: "3" has no unit`},
		{struct {
			A string `yaml:"a" doc:"a" max:"3"`
		}{}, `a: the bound "3" is wrong: a string has no bounds`},
		{struct {
			A fault `yaml:"a" doc:"a"`
		}{}, "a: no alternatives are known for strict.fault"},
	} {
		require.EqualError(t, Sound(c.into, Options{}), c.want)
	}
	options := sampleOptions()
	for union := range options.Unions {
		options.Unions[union] = append(options.Unions[union], Alternative{Kind: "crash", New: func() any { return 3 }})
	}
	require.EqualError(t, Sound(sample{}, options), "faults[crash]: the kind is empty or taken\nfaults[crash]: int is no struct that implements strict.fault")
}

type secret struct {
	A int `yaml:"a" doc:"a"`
}

func (*secret) Check() error { return nil }

func TestMistakesInTagsAreProblemsNotPanics(t *testing.T) {
	var into struct {
		A float64 `yaml:"a"`
	}
	_, problems := Decode("f", []byte("a: 1"), &into, Options{})
	require.EqualError(t, problems.Err(), "f:1:4: a: the type float64 cannot be decoded")
}

func TestNearest(t *testing.T) {
	words := []string{"quorum", "read_repair", "r", "w", "at", "for", "exponential", "constant", "partition"}
	for word, want := range map[string]string{
		"quorm": "quorum", "Quorum": "quorum", "readRepair": "read_repair", "read-repair": "read_repair", "qourum": "quorum",
		"R": "r", "x": "", "to": "", "exp": "exponential", "partitions": "partition", "": "", "zebra": "", "con": "constant",
	} {
		require.Equal(t, want, Nearest(word, words), word)
	}
	require.Equal(t, "", Nearest("pa", []string{"part", "pact"}))
	require.Equal(t, "", Nearest("par", []string{"paragraph", "parliament"}))
}
