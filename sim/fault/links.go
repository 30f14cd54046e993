package fault

import (
	"errors"
	"strings"

	"simrun/sim"
)

// Links picks messages: by the link that they take, by their class, by the name of
// their kind. Whatever is left out picks all, clients' messages included. Targets
// are resolved once, when the fault fires.
type Links struct {
	From    Targets  `yaml:"from" lone:"true" doc:"whose messages; everyone's when absent"`
	To      Targets  `yaml:"to" lone:"true" doc:"messages to whom; to everyone when absent"`
	Both    bool     `yaml:"both" doc:"the opposite direction of these links too"`
	Classes []string `yaml:"classes" lone:"true" one:"client|replicate|repair|control" doc:"only messages of these classes"`
	Kinds   []string `yaml:"kinds" lone:"true" doc:"only messages of these kinds, by the protocol's names"`
}

// Check judges the targets and classes.
func (l Links) Check() error {
	for _, class := range l.Classes {
		if classOf(class) == 0 {
			return wrong("classes", "%q is not one of client, replicate, repair, control", class)
		}
	}
	if l.Both && len(l.From) == 0 && len(l.To) == 0 {
		return wrong("both", "every link is picked already; give from or to")
	}
	return errors.Join(l.From.check("from"), l.To.check("to"))
}

func classOf(name string) sim.Class {
	for class := sim.Client; class <= sim.Control; class++ {
		if class.String() == name {
			return class
		}
	}
	return 0
}

// rule gives a rule for these messages that does nothing yet, and the nodes that
// are named; false where a target has no holder.
func (l Links) rule(w World, name string) (sim.Rule, []sim.NodeID, bool) {
	rule := sim.Rule{Name: name, Both: l.Both, Kinds: l.Kinds}
	for _, class := range l.Classes {
		rule.Classes = append(rule.Classes, classOf(class))
	}
	from, ok := l.From.resolve(w)
	if !ok && len(l.From) > 0 {
		return rule, nil, false
	}
	to, ok := l.To.resolve(w)
	if !ok && len(l.To) > 0 {
		return rule, nil, false
	}
	rule.From, rule.To = from, to
	return rule, appendNew(appendNew(nil, from), to), true
}

// disturb puts a rule in force that change has completed.
func (l Links) disturb(w World, name, detail string, change func(rule *sim.Rule)) (Done, bool) {
	rule, hit, ok := l.rule(w, name)
	if !ok {
		return Done{}, false
	}
	change(&rule)
	text := strings.TrimSpace(detail + " " + arrow(w, rule))
	return Done{Heal: impose(w, rule), Targets: hit, Text: text}, true
}

// arrow spells the links of a rule.
func arrow(w World, rule sim.Rule) string {
	side := func(ids []sim.NodeID) string {
		if len(ids) == 0 {
			return "*"
		}
		return spell(w, ids)
	}
	sign := " -> "
	if rule.Both {
		sign = " <-> "
	}
	return side(rule.From) + sign + side(rule.To)
}
