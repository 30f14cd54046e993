package main

import (
	"go/ast"
	"go/token"
	"strings"
)

// prefix starts a directive: "//determinism:allow RULE reason".
const prefix = "//determinism:allow"

// directive excuses one rule on its own line and the next, or in a whole file.
type directive struct {
	pos       token.Pos
	file      string
	line      int
	wholeFile bool
	rule      string
	used      bool
}

// readDirectives returns the well-formed directives of a file and reports the
// others.
func (c *checker) readDirectives(file *ast.File) []*directive {
	c.rule = "directive"
	var found []*directive
	for _, group := range file.Comments {
		for _, comment := range group.List {
			if d := c.readDirective(comment); d != nil {
				d.wholeFile = comment.Pos() < file.Package
				found = append(found, d)
			}
		}
	}
	return found
}

func (c *checker) readDirective(comment *ast.Comment) *directive {
	text, is := strings.CutPrefix(comment.Text, prefix)
	if !is {
		return nil
	}
	text, _, _ = strings.Cut(text, " // ") // a reason ends where another comment starts
	words := strings.Fields(text)
	if len(words) < 2 {
		c.accuse(comment.Pos(), "want %s RULE reason", prefix)
		return nil
	}
	if !isRule(words[0]) {
		c.accuse(comment.Pos(), "there is no rule %q", words[0])
		return nil
	}
	at := c.Fset.Position(comment.Pos())
	return &directive{pos: comment.Pos(), file: at.Filename, line: at.Line, rule: words[0]}
}

func isRule(name string) bool {
	for _, rule := range rules {
		if rule.name == name {
			return true
		}
	}
	return false
}

// excused says whether a directive covers the finding, and marks it as used.
func (c *checker) excused(f finding) bool {
	for _, d := range c.directives {
		near := d.wholeFile || d.line == f.line || d.line+1 == f.line
		if near && d.file == f.file && d.rule == f.rule {
			d.used = true
			return true
		}
	}
	return false
}

// reportIdleDirectives reports the directives that excused nothing: what they
// once explained is gone.
func (c *checker) reportIdleDirectives() {
	c.rule = "directive"
	for _, d := range c.directives {
		if !d.used {
			c.accuse(d.pos, "nothing here breaks the rule %q: remove the directive", d.rule)
		}
	}
}
