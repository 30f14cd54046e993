package vr

import "simrun/sim"

// recovery is how a replica without its log comes back (section 4.3).
type recovery struct {
	nonce     uint64
	responses []*recoveryResponse // by rank, the newest view's
}

// askForState asks the others for the log. Until f + 1 have answered, among them the primary of the newest
// view that they know, which must be no older than what this disk promised, it takes no part.
func (n *Node) askForState(env *sim.Env) {
	n.status = recovering
	n.recovery = recovery{nonce: uint64(env.Now()), responses: make([]*recoveryResponse, len(n.servers))}
	n.sendRecovery(env)
	n.change.timer = env.After(n.config.Heartbeat, sim.Timer{Kind: timerRepeat})
}

func (n *Node) sendRecovery(env *sim.Env) {
	view := n.views.View
	if n.config.recoversBelowPromise() {
		view = 0
	}
	n.sendOthers(env, &recoveryAsk{about: about(sim.NumberSubject(n.recovery.nonce)), Nonce: n.recovery.nonce, View: view})
}

// receiveRecoveryAsk answers where this replica's status is normal. A view that the sender had
// left cannot bring it back: this replica leaves it, too.
func (n *Node) receiveRecoveryAsk(env *sim.Env, from sim.NodeID, m *recoveryAsk) {
	if m.View > n.views.View {
		n.enter(env, m.View, changing)
	}
	if n.status != normal {
		return
	}
	response := &recoveryResponse{about: m.about, Nonce: m.Nonce, State: newState{View: n.views.View}}
	if n.role == sim.Leader {
		response.State = *n.stateAfter(0)
	}
	env.Send(from, response)
}

// receiveRecoveryResponse counts the answers to this recovery, not to one of a former life.
func (n *Node) receiveRecoveryResponse(env *sim.Env, from sim.NodeID, m *recoveryResponse) {
	r := &n.recovery
	rank := n.rank(from)
	if rank < 0 || m.Nonce != r.nonce && !n.config.recoveryWithoutNonce() {
		return
	}
	if had := r.responses[rank]; had == nil || had.State.View <= m.State.View {
		r.responses[rank] = m
	}
	if state := n.recovered(); state != nil {
		n.comeBack(env, state)
	}
}

// recovered is the state to come back with, nil if it is not known yet.
func (n *Node) recovered() *newState {
	answers, newest := 0, uint64(0)
	for _, m := range n.recovery.responses {
		if m != nil {
			answers++
			newest = max(newest, m.State.View)
		}
	}
	enough := n.quorum()
	if n.config.recoveryShort() {
		enough--
	}
	if answers < enough || newest < n.views.View && !n.config.recoversBelowPromise() {
		return nil
	}
	primary := n.recovery.responses[n.rank(n.primary(newest))]
	if primary == nil || primary.State.View != newest {
		return nil
	}
	return &primary.State
}

// comeBack is a backup of the view again, with its primary's log.
func (n *Node) comeBack(env *sim.Env, state *newState) {
	n.recovery = recovery{}
	n.views.View = state.View
	n.installIfNewer(env, state)
	n.take(env, sim.Follower)
	n.follow(env, &state.Tail)
	n.watch(env)
}
