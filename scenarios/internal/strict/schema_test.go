package strict

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

func sampleSchema(t *testing.T) *jsonschema.Schema {
	text, err := Schema(&sample{}, sampleOptions(), "a sample")
	require.NoError(t, err)
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("sample.json", document))
	schema, err := compiler.Compile("sample.json")
	require.NoError(t, err)
	return schema
}

// editorView is a document as an editor sees it: with YAML's own notion of numbers, truth and nothing.
func editorView(n *node) any {
	number := regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)
	switch {
	case n.kind == list:
		items := []any{}
		for _, item := range n.items {
			items = append(items, editorView(item))
		}
		return items
	case n.kind == mapping:
		made := map[string]any{}
		for _, entry := range n.entries {
			made[entry.key] = editorView(entry.value)
		}
		return made
	case n.isNull():
		return nil
	case n.quoted:
		return n.text
	case n.text == "true" || n.text == "false":
		return n.text == "true"
	case number.MatchString(n.text):
		return json.Number(n.text)
	}
	return n.text
}

func TestSchemaAcceptsWhatDecodes(t *testing.T) {
	schema := sampleSchema(t)
	for _, text := range []string{
		goodText,
		"name: x\nprotocol: {}\n",
		"name: x\nprotocol: {}\nlink: {latency: 2ms}\nrequires: [a, b]\n",
	} {
		root, problems := compose("x", []byte(text))
		require.NoError(t, problems.Err())
		require.NoError(t, schema.Validate(editorView(root)))
	}
}

func TestSchemaRefusesWhatDoesNotDecode(t *testing.T) {
	schema := sampleSchema(t)
	for _, text := range []string{
		"verbos: true", "link: {latancy: 2ms}", "cache: {size: three}", "cache: {size: 3.5}", `cache: {size: "3"}`,
		"cache: {size: 9223372036854775808}", "weights: {a: 101}", "weights: {a: -1}", "verbose: yes", "duration: 2",
		"duration: 2 sec", "duration: -2ms", "duration: 010ms", "link: {latency: {}}", "link: {latency: [1]}", "link: [1]",
		"link: {latency: {constant: 1ms, exponential: {mean: 1ms}}}", "link: {latency: {exponential: {}}}",
		"duration: {a: 1}", "expect: never", "grid: never", "duration:", "faults: [{kind: partiton, at: 1s}]",
		"faults: [{at: 1s}]", "faults: [crash]", "faults: [{kind: partition, at: 1s, node: n1}]", "faults: [{kind: crash, at: 1s}]",
		"faults: [{kind: partition, at: 1s, groups: [n1]}]", "requires: {a: 1}", "protocol: {reads: half}", "protocol: {quorum: loose}",
		"protocol: {n: 0}", "protocol: {small: 128}", "grid: {protocol.r: [null]}",
	} {
		document := "name: x\n" + text + "\n"
		if !strings.HasPrefix(text, "protocol") {
			document += "protocol: {}\n"
		}
		root, composed := compose("x", []byte(document))
		require.NoError(t, composed.Err(), text)
		require.Error(t, schema.Validate(editorView(root)), text)
		_, _, problems := decodeSample(document)
		require.Error(t, problems.Err(), text)
	}
}

func TestSchemaBytesAreAlwaysTheSame(t *testing.T) {
	first, err := Schema(sample{}, sampleOptions(), "a sample")
	require.NoError(t, err)
	for range 20 {
		again, err := Schema(&sample{}, sampleOptions(), "a sample")
		require.NoError(t, err)
		require.Equal(t, string(first), string(again))
	}
	require.Contains(t, string(first), `"$schema": "https://json-schema.org/draft/2020-12/schema"`)
	require.Contains(t, string(first), `"description": "a big number (bytes)"`)
	require.Contains(t, string(first), `"default": 3,`)
	require.Contains(t, string(first), `"default": "0.5"`)
}

func TestSchemaOfUnsoundTagsIsAnError(t *testing.T) {
	_, err := Schema(struct{ A int }{}, Options{}, "")
	require.Error(t, err)
}

// A type inside itself must not be walked for ever.
type tree struct {
	Name     string `yaml:"name" doc:"its name"`
	Children []tree `yaml:"children" doc:"below it"`
}

func TestTypesInsideThemselves(t *testing.T) {
	require.NoError(t, Sound(tree{}, Options{}))
	_, err := Schema(tree{}, Options{}, "tree")
	require.NoError(t, err)
	var paths []string
	for _, f := range Fields(tree{}, Options{}) {
		paths = append(paths, f.Path)
	}
	require.Equal(t, "[name children]", fmt.Sprint(paths))
	var into tree
	_, problems := Decode("t", []byte("{name: a, children: [{name: b}]}"), &into, Options{})
	require.NoError(t, problems.Err())
	require.Equal(t, tree{"a", []tree{{Name: "b"}}}, into)
}
