package dynamo

import (
	"cmp"
	"slices"
	"time"

	"simrun/nodes/internal/merkle"
	"simrun/sim"
)

// entropy is how replicas find out where they differ, besides by reads.
type entropy uint8

const (
	entropyNone entropy = iota
	entropyTree         // by comparing trees: Dynamo, section 4.7
	entropyKeys         // by shipping every key
	entropyLog          // by shipping all that was ever appended
)

// means is the name of it in facts.
func (e entropy) means() sim.Why {
	return [...]sim.Why{entropyTree: sim.ByTree, entropyKeys: sim.ByCopy, entropyLog: sim.ByLog}[e]
}

// antiEntropy has a node compare itself with its peers, one after another, each period
// one. Nobody coordinates it: in each round every node takes its peers in an order
// that it draws. An exchange is kept in memory by who began it; the peer answers and
// remembers nothing, so that whatever is lost, comes twice or is cut short by a crash
// costs at most one exchange. What an exchange brings is stored as a write is.
type antiEntropy struct {
	plan    *plan
	replica *replica
	forest  *forest
	life    uint32 // above the numbers of its exchanges
	count   uint32 // of exchanges begun
	rounds  uint64
	round   []sim.NodeID // peers whose turn is still to come
	now     exchange
}

// exchange is one comparison with one peer, range by range. It goes down the tree,
// then hands over the leaves that differ.
type exchange struct {
	turn
	peer    sim.NodeID // Nobody: none is under way
	ranges  []int      // still to be compared
	at      *keyRange
	descent *merkle.Descent
	leaves  []span // still to be handed over
	log     []kept // still to be handed over, where that is the way
	batch   uint64
	asked   sim.Message // what is to be answered
	tries   int
	due     sim.TimerID
}

// exchangeTries is how often a message of an exchange is sent before the peer is
// taken to be away: its turn comes again.
const exchangeTries = 3

// plantForest prepares for what the disk is going to bring.
func (n *Node) plantForest() {
	if n.plan.entropy == entropyNone {
		return
	}
	n.entropy.forest = newForest(n.plan, n.replica.self, &n.coordinator.layout)
	if n.plan.entropy != entropyLog {
		n.replica.store.forest = n.entropy.forest
	}
}

// start sets the first turn, at a moment of the period that the node draws.
func (a *antiEntropy) start(env *sim.Env) {
	if a.plan.entropy == entropyNone {
		return
	}
	word := env.Draw(drawPhase, sim.NumberSubject(uint64(env.Now())))
	a.life = uint32(word)
	env.After(time.Duration(sim.Below(word, uint64(a.plan.entropyEvery))), sim.Timer{Kind: timerEntropy})
}

// turn begins an exchange with the next peer, unless one is under way.
func (a *antiEntropy) turn(env *sim.Env) {
	env.After(a.plan.entropyEvery, sim.Timer{Kind: timerEntropy})
	if a.now.peer != sim.Nobody {
		return
	}
	if len(a.round) == 0 {
		a.drawRound(env)
	}
	if len(a.round) == 0 {
		return // there is nobody else
	}
	peer := a.round[0]
	a.round = a.round[1:]
	a.begin(env, peer)
}

// drawRound draws the order of the peers.
func (a *antiEntropy) drawRound(env *sim.Env) {
	a.rounds++
	word := env.Draw(drawPeer, sim.NumberSubject(uint64(a.life)<<32|a.rounds))
	a.round = a.forest.peers()
	slices.SortFunc(a.round, func(p, q sim.NodeID) int {
		return cmp.Compare(env.Weight(word, p), env.Weight(word, q))
	})
}

// begin begins an exchange.
func (a *antiEntropy) begin(env *sim.Env, peer sim.NodeID) {
	a.count++
	a.now = exchange{peer: peer, ranges: a.forest.common(peer)}
	a.now.Exchange = uint64(a.life)<<32 | uint64(a.count)
	if a.plan.entropy == entropyLog {
		a.now.ranges = nil
		a.now.log = a.replica.appended(env, peer)
		a.hand(env)
		return
	}
	a.next(env)
}

// next goes on with the next range.
func (a *antiEntropy) next(env *sim.Env) {
	x := &a.now
	if len(x.ranges) == 0 {
		a.end(env)
		return
	}
	x.at = a.forest.ready(x.ranges[0])
	x.Range, x.ranges = x.at.name, x.ranges[1:]
	if a.plan.entropy == entropyKeys {
		x.leaves = []span{{0, uint32(a.forest.shape.Leaves() - 1)}}
		a.hand(env)
		return
	}
	x.descent = merkle.Descend(x.at.tree)
	a.descend(env)
}

// descend asks for the next hashes or, when the descent is over, hands over the
// leaves that it found.
func (a *antiEntropy) descend(env *sim.Env) {
	x := &a.now
	if x.descent.Done() {
		x.leaves = spans(x.descent.Leaves())
		a.hand(env)
		return
	}
	a.ask(env, &treeAsk{x.turn, x.descent.Ask(a.plan.entropyBatch)})
}

// spans joins leaves, given in ascending order, that stand side by side.
func spans(leaves []uint32) []span {
	var list []span
	for _, leaf := range leaves {
		if n := len(list); n > 0 && list[n-1].Last+1 == leaf {
			list[n-1].Last = leaf
			continue
		}
		list = append(list, span{leaf, leaf})
	}
	return list
}

// learn takes hashes of the peer's tree.
func (a *antiEntropy) learn(env *sim.Env, from sim.NodeID, m *treeHashes) {
	x := &a.now
	if from != x.peer || m.turn != x.turn || x.descent == nil {
		return
	}
	level := m.Answer.Level
	before := len(x.descent.Differing(level))
	if !x.descent.Take(m.Answer) {
		return // it came twice
	}
	a.compared(env, m, x.descent.Differing(level)[before:])
	a.descend(env)
}

// compared states what a comparison found.
func (a *antiEntropy) compared(env *sim.Env, m *treeHashes, differing []uint32) {
	asked, _ := a.replica.encoder.MeasureMessage(a.now.asked)
	told, _ := a.replica.encoder.MeasureMessage(m)
	first := uint64(0)
	if len(differing) > 0 {
		first = uint64(differing[0])
	}
	env.Observe(sim.Observation{
		Fact: sim.Compared, Key: a.now.at.scope, Op: a.op(env),
		A: first<<32 | uint64(m.Answer.Level), B: uint64(asked+told)<<32 | uint64(a.now.peer),
		C: uint64(len(m.Answer.Hashes))<<32 | uint64(len(differing)),
	})
}

// op is what facts call an exchange that the node began.
func (a *antiEntropy) op(env *sim.Env) sim.OpID { return sim.NewOpID(uint16(env.Self()), a.count) }

// ask sends a message that is to be answered.
func (a *antiEntropy) ask(env *sim.Env, m sim.Message) {
	a.now.asked, a.now.tries = m, 0
	a.send(env)
}

func (a *antiEntropy) send(env *sim.Env) {
	x := &a.now
	env.Cancel(x.due)
	x.tries++
	env.Send(x.peer, x.asked)
	x.due = env.After(a.plan.patience, sim.Timer{Kind: timerExchange, Subject: x.Subject(), A: x.Exchange})
}

// retry sends again what was not answered, or gives up.
func (a *antiEntropy) retry(env *sim.Env, number uint64) {
	switch {
	case a.now.peer == sim.Nobody || a.now.Exchange != number:
	case a.now.tries >= exchangeTries:
		a.end(env)
	default:
		a.send(env)
	}
}

// end ends the exchange.
func (a *antiEntropy) end(env *sim.Env) {
	env.Cancel(a.now.due)
	a.now = exchange{}
}

// receive handles a message of an exchange. It tells whether it was one.
func (a *antiEntropy) receive(env *sim.Env, from sim.NodeID, m sim.Message) bool {
	switch m := m.(type) {
	case *treeAsk:
		if r := a.forest.find(m.Range); r != nil && r.tree != nil {
			env.Send(from, &treeHashes{m.turn, r.tree.Answer(m.Query)})
		}
	case *treeHashes:
		a.learn(env, from, m)
	case *stream:
		a.takeStream(env, from, m)
	case *streamed:
		a.takeBack(env, from, m)
	default:
		return false
	}
	return true
}
