package leaderfollower

import (
	"fmt"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// walk is a random schedule: messages are reordered, lost and doubled, nodes crash
// and come back with what their disks kept, timers fire, clients write and retry.
type walk struct {
	*bench
	draw  func(n int) int
	acked map[sim.OpID]bool
	tried []kv.Request
	seen  int // replies looked at

	isolated sim.NodeID // whose messages are lost

	path       kv.ReadPath         // of the reads
	newest     uint64              // the highest index that was acknowledged
	floor      map[sim.OpID]uint64 // of each read: what was acknowledged before it
	tokensLost int                 // ops refused for good
	tokens     []kv.Token          // that replies gave
	carried    map[sim.OpID]kv.Token
	stale      string
	betrayed   string
}

// source draws from a rapid test or, where many schedules are tried, from a counter.
func newWalk(t require.TestingT, n int, change func(*Config), draw func(n int) int) *walk {
	return &walk{
		bench: newBench(t, n, change), draw: draw, acked: map[sim.OpID]bool{}, floor: map[sim.OpID]uint64{},
		carried: map[sim.OpID]kv.Token{},
	}
}

func (w *walk) step() {
	switch w.draw(24) {
	case 0, 1:
		w.write()
	case 2:
		w.read()
		w.readSession()
	case 3:
		w.retry()
	case 4, 5, 6, 7, 8, 9, 10, 11, 12:
		w.deliverOne()
	case 13, 14, 15, 16:
		w.sync(w.any())
	case 17, 18, 19:
		w.fire(w.now + 100*time.Millisecond)
	case 20:
		w.loseOrDouble()
	case 21:
		w.crashOrRestart()
	case 22:
		w.elect()
	case 23:
		w.cutOff()
	}
	w.lookAtReplies()
}

// elect forces an election or has a lead handed over, rarely.
func (w *walk) elect() {
	switch w.draw(4) {
	case 0:
		w.do(w.any(), func(n *Node, env *sim.Env) { n.Timeout(env, sim.Timer{Kind: sim.SignalElect}) })
	case 1:
		to := sim.NodeID(w.draw(len(w.members) + 1))
		w.do(w.writable(), func(n *Node, env *sim.Env) {
			n.Timeout(env, sim.Timer{Kind: sim.SignalHandover, A: uint64(to)})
		})
	}
}

// cutOff isolates a node, mostly one that leads, or ends that.
func (w *walk) cutOff() {
	switch {
	case w.isolated == sim.Nobody:
		w.isolated = w.writable()
	case w.draw(4) == 0:
		w.isolated = sim.Nobody
	}
}

// writable is mostly a node that takes writes.
func (w *walk) writable() sim.NodeID {
	if leaders := w.leaders(); len(leaders) > 0 && w.draw(8) > 0 {
		return leaders[w.draw(len(leaders))]
	}
	return w.any()
}

func (w *walk) any() sim.NodeID { return w.members[w.draw(len(w.members))] }

func (w *walk) write() {
	code := sim.Put
	expect := sim.OpID(0)
	key := sim.Key(w.draw(2))
	to := w.writable()
	switch w.draw(6) {
	case 0:
		code = sim.Delete
	case 1, 2:
		code = sim.CAS
		if n := w.nodes[to]; n != nil {
			expect = n.store.Writer(key, n.visible())
		}
	}
	w.number++
	r := kv.Request{Op: sim.NewOpID(1, w.number), Attempt: 1, Code: code, Key: key, Expect: expect}
	if len(w.tokens) > 0 && w.draw(2) == 0 {
		r.Token = w.tokens[w.draw(len(w.tokens))]
		w.carried[r.Op] = r.Token
	}
	w.tried = append(w.tried, r)
	w.ask(to, r)
}

func (w *walk) read() {
	w.number++
	op := sim.NewOpID(1, w.number)
	w.floor[op] = w.newest
	w.ask(w.writable(), kv.Request{Op: op, Code: sim.Get, Read: w.path, Key: sim.Key(w.draw(2))})
}

// readSession reads at any replica with a token seen before.
func (w *walk) readSession() {
	id := w.any()
	if len(w.tokens) == 0 || w.nodes[id] == nil {
		return
	}
	t := w.tokens[w.draw(len(w.tokens))]
	w.carried[w.getAt(id, 0, t)] = t
}

// honour looks whether what was answered contains what the op's token names.
func (w *walk) honour(r *kv.Reply) {
	t := w.carried[r.Op]
	place, shown := replog.Position{Epoch: t.Epoch, Index: t.Index}, replog.Position{Epoch: r.Token.Epoch, Index: r.Token.Index}
	for _, n := range w.nodes {
		if n.log.Holds(shown) && !n.log.Holds(place) || shown.Index < place.Index {
			w.betrayed = fmt.Sprintf("token %v was answered with %v, which does not contain it", t, r.Token)
		}
	}
}

func (w *walk) retry() {
	if len(w.tried) == 0 {
		return
	}
	r := &w.tried[w.draw(len(w.tried))]
	r.Attempt++
	w.ask(w.writable(), *r)
}

func (w *walk) deliverOne() {
	if w.isolated != sim.Nobody {
		pass := without(w.isolated)
		w.drop(func(l letter) bool { return !pass(l) })
	}
	if len(w.wire) > 0 {
		w.deliver(w.draw(min(len(w.wire), 6)))
	}
}

func (w *walk) loseOrDouble() {
	if len(w.wire) == 0 {
		return
	}
	i := w.draw(len(w.wire))
	l := w.wire[i]
	if w.draw(2) == 0 {
		w.wire = append(w.wire[:i:i], w.wire[i+1:]...)
		return
	}
	w.put(l)
}

func (w *walk) crashOrRestart() {
	id := w.any()
	if w.nodes[id] == nil {
		w.restart(id)
		return
	}
	if w.draw(4) == 0 {
		w.disks[id].Crash(uint64(w.draw(1<<30))<<32|uint64(w.draw(1<<30)), w.draw(2) == 0)
		w.down(id)
	}
}

func (w *walk) lookAtReplies() {
	for ; w.seen < len(w.replies); w.seen++ {
		r := w.replies[w.seen]
		if r.Error == sim.TokenLost {
			w.tokensLost++
		}
		if r.Outcome != sim.OK {
			continue
		}
		w.honour(r)
		w.acked[r.Op] = true
		w.newest = max(w.newest, r.Token.Index)
		w.tokens = append(w.tokens, r.Token)
		if floor, isRead := w.floor[r.Op]; isRead && r.Token.Index < floor {
			w.stale = fmt.Sprintf("%v is stale: it shows %d of %d", r.Op, r.Token.Index, floor)
		}
	}
}

// heal brings everything back and lets it come to rest.
func (w *walk) heal() {
	w.isolated = sim.Nobody
	for _, id := range w.members {
		if w.nodes[id] == nil {
			w.restart(id)
		}
	}
	w.pass(5 * time.Second)
	w.lookAtReplies()
}

// broken says which promise does not hold, nothing if all do.
func (w *walk) broken() string {
	if w.tokensLost > 0 {
		return "a token of what was acknowledged is said to be lost"
	}
	if wrong := w.logsDiffer() + w.stale + w.betrayed; wrong != "" {
		return wrong
	}
	leaders := w.leaders()
	if len(leaders) != 1 {
		return fmt.Sprintf("leaders after healing: %v", leaders)
	}
	first := w.nodes[leaders[0]].log
	held := map[sim.OpID]bool{}
	for _, r := range w.tried {
		if found := w.nodes[leaders[0]].store.Find(r.Op); found.Known && found.Index <= first.Base().Index {
			held[r.Op] = true
		}
	}
	for i := first.Base().Index + 1; i <= first.Last().Index; i++ {
		if op := first.At(i).Op; op != 0 {
			if held[op] {
				return fmt.Sprintf("%v is in the log twice", op)
			}
			held[op] = true
		}
	}
	for _, r := range w.tried {
		if w.acked[r.Op] && !held[r.Op] {
			return fmt.Sprintf("%v was acknowledged and is lost", r.Op)
		}
	}
	for _, id := range w.members {
		n := w.nodes[id]
		if n.isWitness(n.me) {
			continue
		}
		if n.log.Last() != first.Last() || n.visible() != first.Last().Index {
			return fmt.Sprintf("%v did not converge", id)
		}
		if w.shown(id, 0) != w.shown(leaders[0], 0) || w.shown(id, 1) != w.shown(leaders[0], 1) {
			return fmt.Sprintf("%v shows another state", id)
		}
	}
	return w.factsContradict()
}

// logsDiffer checks the Log Matching property between every two logs.
func (w *walk) logsDiffer() string {
	for _, a := range w.nodes {
		for _, b := range w.nodes {
			agree := false
			for i := min(a.log.Last().Index, b.log.Last().Index); i > 0; i-- {
				same := a.log.Epoch(i) == b.log.Epoch(i)
				isKept := i > max(a.log.Base().Index, b.log.Base().Index)
				if same && isKept && !reflect.DeepEqual(a.log.At(i), b.log.At(i)) || agree && !same {
					return fmt.Sprintf("logs of %v and %v do not match at %d", a.self, b.self, i)
				}
				agree = agree || same
			}
		}
	}
	return ""
}

// factsContradict checks what was stated: one leader an epoch, one write a place.
func (w *walk) factsContradict() string {
	elected := map[uint64]sim.NodeID{}
	placed := map[[2]uint64]sim.OpID{}
	slots := map[uint64]uint64{}
	for _, f := range w.facts {
		switch f.Fact {
		case sim.Elected:
			if by, ok := elected[f.A]; ok {
				return fmt.Sprintf("epoch %d was won by %v and by %v", f.A, by, f.node)
			}
			elected[f.A] = f.node
		case sim.Placed:
			place := [2]uint64{f.A, f.B}
			if op, ok := placed[place]; ok {
				return fmt.Sprintf("place %v was given to %v and to %v", place, op, f.Op)
			}
			placed[place] = f.Op
		case sim.Applied:
			if c, ok := slots[f.A]; ok && c != f.C {
				return fmt.Sprintf("slot %d was applied in two ways", f.A)
			}
			slots[f.A] = f.C
		}
	}
	return ""
}

func safe(c *Config) { c.Batch, c.Window = 3, 4 }

func TestAnyScheduleKeepsThePromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "choice") }
		modes := []string{"semi-sync", "sync"}
		w := newWalk(t, 3, func(c *Config) { safe(c); c.Mode = modes[draw(2)] }, draw)
		for range rapid.IntRange(0, 400).Draw(t, "steps") {
			w.step()
		}
		w.heal()
		require.Empty(t, w.broken())
	})
}

// hunt tries many schedules and returns what was broken first, and in which.
func hunt(t *testing.T, n, schedules int, change func(*Config)) (string, int) {
	return huntBy(t, n, schedules, kv.Strongest, change)
}

func huntReads(t *testing.T, schedules int, path kv.ReadPath) (string, int) {
	return huntBy(t, 3, schedules, path, safe)
}

func huntBy(t *testing.T, n, schedules int, path kv.ReadPath, change func(*Config)) (string, int) {
	for seed := range schedules {
		w := wander(t, seed, n, path, change)
		if wrong := w.broken(); wrong != "" {
			return wrong, seed
		}
	}
	return "", schedules
}

// wander walks the schedule of a seed and heals.
func wander(t *testing.T, seed, n int, path kv.ReadPath, change func(*Config)) *walk {
	state := mix(uint64(seed))
	draw := func(n int) int {
		state = mix(state)
		return int(sim.Below(state, uint64(n)))
	}
	w := newWalk(t, n, change, draw)
	w.path = path
	for range 600 {
		w.step()
	}
	w.heal()
	return w
}

func TestManySchedulesKeepThePromises(t *testing.T) {
	schedules := 100
	if os.Getenv("SIMRUN_LONG") != "" {
		schedules = 20000
	}
	variants := map[string]func(*Config){
		"semi-sync":     safe,
		"sync":          func(c *Config) { safe(c); c.Mode = "sync" },
		"leader-memory": func(c *Config) { safe(c); c.Ack, c.K = "leader-memory", 2 },
		"received":      func(c *Config) { safe(c); c.Notice = "piggyback" },
	}
	for name, change := range variants {
		t.Run(name, func(t *testing.T) {
			wrong, seed := hunt(t, 3, schedules, change)
			require.Empty(t, wrong, "schedule %d", seed)
		})
	}
	t.Run("five", func(t *testing.T) {
		wrong, seed := hunt(t, 5, schedules/2, func(c *Config) { safe(c); c.K = 2 })
		require.Empty(t, wrong, "schedule %d", seed)
	})
	for _, replication := range []string{"direct", "chain", "fan-out"} {
		for _, ship := range []string{"push", "pull"} {
			t.Run(replication+", "+ship, func(t *testing.T) {
				wrong, seed := hunt(t, 5, schedules/2, func(c *Config) {
					safe(c)
					c.K, c.Replication, c.Ship, c.Period = 2, replication, ship, 30*time.Millisecond
				})
				require.Empty(t, wrong, "schedule %d", seed)
			})
		}
	}
	for name, change := range map[string]func(*Config){
		"direct":  func(*Config) {},
		"chain":   func(c *Config) { c.Replication = "chain" },
		"pull":    func(c *Config) { c.Ship, c.Period = "pull", 30*time.Millisecond },
		"tree":    func(c *Config) { c.Ship, c.Period, c.Replication = "pull", 30*time.Millisecond, "fan-out" },
		"delayed": func(c *Config) { c.Delayed = Delay{Followers: 1, By: 300 * time.Millisecond} },
	} {
		for _, keep := range []int{1, 3} {
			t.Run(fmt.Sprintf("retention %d, %s", keep, name), func(t *testing.T) {
				wrong, seed := hunt(t, 5, schedules/2, func(c *Config) {
					safe(c)
					c.K, c.Retention, c.Remember = 2, keep, 1000
					change(c)
				})
				require.Empty(t, wrong, "schedule %d", seed)
			})
		}
	}
	t.Run("read-only and delayed", func(t *testing.T) {
		wrong, seed := hunt(t, 5, schedules/2, func(c *Config) {
			safe(c)
			c.ReadOnly, c.Delayed = 1, Delay{Followers: 2, By: 300 * time.Millisecond}
			c.K = 2
		})
		require.Empty(t, wrong, "schedule %d", seed)
	})
	t.Run("witness", func(t *testing.T) {
		wrong, seed := hunt(t, 3, schedules/2, func(c *Config) { safe(c); c.Detector = "witness" })
		require.Empty(t, wrong, "schedule %d", seed)
	})
}

// What promises less is seen to break, so the checks above can fail.
func TestWeakerOptionsAreSeenToBreak(t *testing.T) {
	variants := map[string]func(*Config){
		"async":         func(c *Config) { safe(c); c.Mode = "async" },
		"few answers":   func(c *Config) { safe(c); c.Answers = 1 },
		"naive":         func(c *Config) { safe(c); c.Detector = "naive" },
		"promote first": func(c *Config) { safe(c); c.Promote = "first" },
		"no fencing":    func(c *Config) { safe(c); c.Fencing = false },
	}
	for name, change := range variants {
		t.Run(name, func(t *testing.T) {
			wrong, seed := hunt(t, 3, 300, change)
			require.NotEmpty(t, wrong)
			t.Logf("schedule %d: %s", seed, wrong)
		})
	}
}
