package fault

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Target says whom a fault hits: the name of a node or client, or one of the words
// below, which is resolved when the fault fires, from what nodes have stated.
//
//	all                     every server and every client
//	servers, clients        all of one sort
//	random, random:K        one server, or K of them, drawn; crashed ones too
//	minority, majority      a drawn minority of the servers, as large as one can be, and the others
//	datacentre:NAME         the servers at a place
//	leader                  the holder of the highest epoch; of several groups' leaders, one drawn
//	leaders                 every group's leader
//	stale-leader            a holder of a lower epoch than its group's highest
//	follower, follower:K    living servers that follow, or hold no leadership while someone does
//	coordinator, learner, hint-holder, member, spare
//	                        one of the living holders, drawn
//	minority-with-leader    a minority as above, but with the leader in it
//	majority-without-leader the servers that minority-with-leader leaves
//	rest                    in groups only: the servers that no other group holds
//
// Within one fault a word stands for the same nodes wherever it is written, so that
// minority and majority are complements. A node with the name of a word cannot be
// named.
type Target string

// Targets are the nodes that any of several targets names, each once.
type Targets []Target

const (
	random1   = "random"
	followers = "follower"
	rest      = "rest"
	placed    = "datacentre"
)

// Words lists the words that name no node themselves, in the order of their
// documentation. Those that take an argument stand without it.
func Words() []string {
	return []string{
		"all", "servers", "clients", random1, "minority", "majority", placed, "leader", "leaders",
		"stale-leader", followers, "coordinator", "learner", "hint-holder", "member", "spare",
		"minority-with-leader", "majority-without-leader", rest,
	}
}

// UnmarshalText reads a target and refuses an argument that its word does not take.
// It cannot know which nodes exist: see Mentions.
func (t *Target) UnmarshalText(text []byte) error {
	target := Target(text)
	if err := target.check(); err != nil {
		return err
	}
	*t = target
	return nil
}

// split parts a word from its argument.
func (t Target) split() (word, argument string) {
	word, argument, _ = strings.Cut(string(t), ":")
	return word, argument
}

// check judges the spelling.
func (t Target) check() error {
	word, argument := t.split()
	switch {
	case t == "":
		return fmt.Errorf("a target is empty")
	case !strings.Contains(string(t), ":") && word == placed:
		return fmt.Errorf("%q needs a place, as in datacentre:east", string(t))
	case !strings.Contains(string(t), ":"):
		return nil
	case word == placed && argument != "":
		return nil
	case (word == random1 || word == followers) && wholeNumber(argument) > 0:
		return nil
	}
	return fmt.Errorf("%q is no target: only random:NUMBER, follower:NUMBER and datacentre:NAME have a colon", string(t))
}

// wholeNumber reads a count from 1 to 65535, and gives 0 for anything else.
func wholeNumber(text string) int {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || strconv.FormatUint(n, 10) != text {
		return 0
	}
	return int(n)
}

// node gives the name where the target is one of a node, and not a word.
func (t Target) node() (name string, ok bool) {
	word, _ := t.split()
	return string(t), t != "" && !slices.Contains(Words(), word)
}

// place gives the place that the target names, if it does.
func (t Target) place() (name string, ok bool) {
	word, argument := t.split()
	return argument, word == placed
}

// checkNeeded judges targets of which there must be some.
func (t Targets) checkNeeded(path string) error {
	if len(t) == 0 {
		return wrong(path, "no target is given")
	}
	return t.check(path)
}

// check judges targets that may be left out.
func (t Targets) check(path string) error {
	for i, target := range t {
		if err := target.check(); err != nil {
			return wrong(path+"."+strconv.Itoa(i), "%v", err)
		}
		if target == rest {
			return wrong(path+"."+strconv.Itoa(i), "rest has a meaning in groups only")
		}
	}
	return nil
}
