package strict

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// compose reads text into a tree. The tree is nil where the text is no YAML; otherwise it is whole, with what was
// refused marked as such.
func compose(file string, text []byte) (root *node, problems Problems) {
	if problem := textProblem(file, text); problem != nil {
		return nil, Problems{*problem}
	}
	defer func() {
		if failure := recover(); failure != nil {
			root = nil
			problems = Problems{{Pos: Pos{file, 1, 1}, Message: fmt.Sprintf("not valid YAML: the parser failed: %v", failure)}}
		}
	}()
	raw, second, err := parse(text)
	if err != nil {
		return nil, Problems{syntaxProblem(file, err)}
	}
	if raw == nil {
		return nil, Problems{{Pos: Pos{file, 1, 1}, Message: "nothing is written here"}}
	}
	c := composer{file: file}
	root = c.convert(raw, 1)
	if second != nil {
		c.refuse(second, "a second document (---) is not allowed")
	}
	return root, c.problems
}

// parse gives the root of the first document, and the second document if there is one.
func parse(text []byte) (root, second *yaml.Node, err error) {
	loader, err := yaml.NewLoader(bytes.NewReader(text), yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(maxDepth+1))))
	if err != nil {
		return nil, nil, err
	}
	var first, next yaml.Node
	if err := loader.Load(&first); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil, nil
		}
		return nil, nil, err
	}
	if err := loader.Load(&next); err == nil {
		second = &next
	} else if !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	if len(first.Content) == 0 {
		return nil, nil, nil
	}
	return first.Content[0], second, nil
}

// syntaxProblem puts the library's complaint where it belongs.
func syntaxProblem(file string, err error) Problem {
	problem := Problem{Pos: Pos{file, 1, 1}, Message: "not valid YAML: " + firstLine(err.Error())}
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		return problem
	}
	problem.Message = "not valid YAML: " + load.Message
	if strings.Contains(load.Message, "exceeded max depth") {
		problem.Message = fmt.Sprintf("nested deeper than %d levels", maxDepth)
	}
	if load.Mark.Line > 0 {
		problem.Line, problem.Column = load.Mark.Line, max(1, load.Mark.Column)
	}
	return problem
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// composer turns the library's nodes into ours and refuses what YAML allows and a scenario does not.
type composer struct {
	file     string
	nodes    int
	problems Problems
}

func (c *composer) refuse(raw *yaml.Node, format string, arguments ...any) {
	c.problems.add(Problem{Pos: c.at(raw), Message: fmt.Sprintf(format, arguments...)})
}

func (c *composer) at(raw *yaml.Node) Pos {
	return Pos{c.file, max(1, raw.Line), max(1, raw.Column)}
}

func (c *composer) convert(raw *yaml.Node, depth int) *node {
	n := &node{kind: refused, at: c.at(raw), block: raw.Style&yaml.FlowStyle == 0}
	if c.nodes++; c.nodes > maxNodes {
		if c.nodes == maxNodes+1 {
			c.refuse(raw, "more than %d values are too many", maxNodes)
		}
		return n
	}
	if depth > maxDepth {
		c.refuse(raw, "nested deeper than %d levels", maxDepth)
		return n
	}
	if raw.Anchor != "" {
		c.refuse(raw, "anchors (%s) are not allowed", clip("&"+raw.Anchor))
	}
	if raw.Style&yaml.TaggedStyle != 0 || raw.Tag == "!" {
		c.refuse(raw, "tags (%s) are not allowed", clip(raw.Tag))
	}
	c.fill(n, raw, depth)
	return n
}

func (c *composer) fill(n *node, raw *yaml.Node, depth int) {
	const quotes = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	switch raw.Kind {
	case yaml.ScalarNode:
		n.kind, n.text, n.quoted = scalar, raw.Value, raw.Style&quotes != 0
	case yaml.SequenceNode:
		n.kind = list
		for _, item := range raw.Content {
			n.items = append(n.items, c.convert(item, depth+1))
		}
	case yaml.MappingNode:
		n.kind = mapping
		c.convertEntries(n, raw, depth)
	case yaml.AliasNode:
		c.refuse(raw, "aliases (%s) are not allowed; write the value out", clip("*"+raw.Value))
	}
}

func (c *composer) convertEntries(n *node, raw *yaml.Node, depth int) {
	lines := make(map[string]Pos, len(raw.Content)/2)
	for i := 0; i+1 < len(raw.Content); i += 2 {
		key := raw.Content[i]
		value := c.convert(raw.Content[i+1], depth+1)
		if !c.goodKey(key) {
			continue
		}
		if first, twice := lines[key.Value]; twice {
			c.refuse(key, "the key %s stands here a second time; the first is on line %d", quote(key.Value), first.Line)
			continue
		}
		lines[key.Value] = c.at(key)
		n.entries = append(n.entries, entry{key.Value, c.at(key), value})
	}
}

// goodKey says whether a key is plain text, and reports what it is otherwise.
func (c *composer) goodKey(key *yaml.Node) bool {
	plain := key.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) == 0
	c.nodes++
	switch {
	case key.Kind == yaml.AliasNode:
		c.refuse(key, "aliases (%s) are not allowed; write the value out", clip("*"+key.Value))
	case key.Kind != yaml.ScalarNode:
		c.refuse(key, "a key must be a word, not a list or a mapping")
	case key.Anchor != "":
		c.refuse(key, "anchors (%s) are not allowed", clip("&"+key.Anchor))
	case key.Style&yaml.TaggedStyle != 0 || key.Tag == "!":
		c.refuse(key, "tags (%s) are not allowed", clip(key.Tag))
	case plain && key.Value == "<<":
		c.refuse(key, "merge keys (<<) are not allowed; write the keys out")
	case strings.TrimSpace(key.Value) == "":
		c.refuse(key, "a key is empty")
	case len(key.Value) > maxKey:
		c.refuse(key, "a key of %d bytes is too long; at most %d", len(key.Value), maxKey)
	default:
		return true
	}
	return false
}
