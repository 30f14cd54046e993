package scenarios

// Targets lists the words by which faults say whom they hit, besides names of nodes
// and clients.
func Targets() []Counted {
	return []Counted{
		{"n1, c1, ...", "a server or client by its name"},
		{"all", "every server and every client"},
		{"servers", "every server"},
		{"clients", "every client"},
		{"random, random:K", "one server, or K of them, drawn"},
		{"minority", "a drawn minority of the servers, as large as one can be"},
		{"majority", "the others"},
		{"datacentre:NAME", "the servers at a place"},
		{"leader", "the server that leads, in the highest epoch"},
		{"leaders", "the leaders of all groups"},
		{"stale-leader", "a server that leads in a lower epoch than another"},
		{"follower, follower:K", "one server that does not lead, or K of them"},
		{"coordinator", "one living holder of the role, drawn"},
		{"learner", "one living holder of the role, drawn"},
		{"hint-holder", "one server that keeps hints for others, drawn"},
		{"member", "one server that is a member of the store, drawn; where members can change"},
		{"spare", "one server that is no member of the store, drawn; where members can change"},
		{"minority-with-leader", "a minority as above, with the leader in it"},
		{"majority-without-leader", "the servers that minority-with-leader leaves"},
		{"rest", "in groups only: the servers that no other group holds"},
	}
}
