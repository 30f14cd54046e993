package checks

import "slices"

// Catalogue lists every metric that the checkers report, in the order in which
// tables show them.
func Catalogue() []Catalogued {
	return slices.Concat(clientMetrics(), storeMetrics(), trafficMetrics(), conflictMetrics(), logMetrics(), repairMetrics())
}

// clientMetrics are of what clients were told: answers, latencies, staleness, quorums.
func clientMetrics() []Catalogued {
	return []Catalogued{
		{"ops_ok", Count, "", "", "ops that happened"},
		{"ops_fail", Count, "", "low", "ops that certainly did not happen"},
		{"ops_unknown", Count, "", "low", "ops that may have happened: every timeout, and ops without an end"},
		{"availability", Share, "", "high", "ops that the store answered, of all"},
		{"availability_read", Share, "", "high", "reads that the store answered, of all reads"},
		{"availability_write", Share, "", "high", "writes that the store answered, of all writes"},
		{"availability_read_in_faults", Share, "", "high", "reads that the store answered, of those that began while a fault held"},
		{"availability_write_in_faults", Share, "", "high", "writes that the store answered, of those that began while a fault held"},
		{"throughput_read", Mean, "", "high", "reads that ended ok, by second of the time that is measured"},
		{"throughput_write", Mean, "", "high", "acknowledged writes, by second of the time that is measured"},
		{"latency_read_p50_ns", Quantile, "ns", "low", "half of the successful reads took at most this long"},
		{"latency_read_p95_ns", Quantile, "ns", "low", "95 % of the successful reads took at most this long"},
		{"latency_read_p99_ns", Quantile, "ns", "low", "99 % of the successful reads took at most this long"},
		{"latency_read_p999_ns", Quantile, "ns", "low", "99.9 % of the successful reads took at most this long"},
		{"latency_write_p50_ns", Quantile, "ns", "low", "half of the acknowledged writes took at most this long"},
		{"latency_write_p95_ns", Quantile, "ns", "low", "95 % of the acknowledged writes took at most this long"},
		{"latency_write_p99_ns", Quantile, "ns", "low", "99 % of the acknowledged writes took at most this long"},
		{"latency_write_p999_ns", Quantile, "ns", "low", "99.9 % of the acknowledged writes took at most this long"},
		{"latency_read_p50_far_ns", Max, "ns", "low", "in the datacentre whose reads took longest, half of the successful ones took at most this long"},
		{"latency_write_p50_far_ns", Max, "ns", "low", "in the datacentre whose writes took longest, half of the acknowledged ones took at most this long"},
		{"stale_reads", Count, "", "low", "reads that returned a write older than one acknowledged before they began"},
		{"stale_share", Share, "", "low", "stale reads, of all successful reads"},
		{"predicted_stale_share", Share, "", "", "reads that a model of quorums expects to be stale, of all: none where r + w > n, else by the scenario's own latencies (WARS); only where the scenario's columns ask for it"},
		{"stale_k_max", Max, "", "low", "the most acknowledged writes that one read missed"},
		{"stale_t_p99_ns", Quantile, "ns", "low", "99 % of the stale reads began at most this long after the oldest acknowledgement that they missed"},
		{"stale_t_max_ns", Max, "ns", "low", "the longest time from the oldest acknowledgement that a stale read missed to its beginning"},
		{"quorum_fresh", Count, "", "high", "reads that returned one version, and missed nothing acknowledged"},
		{"quorum_stale", Count, "", "low", "reads that were stale"},
		{"quorum_conflicting", Count, "", "low", "reads that missed nothing, and returned several versions"},
		{"quorum_unavailable", Count, "", "low", "reads without an answer"},
		{"quorum_write_homes", Count, "", "high", "acknowledged writes whose quorum was met by homes alone"},
		{"quorum_write_standins", Count, "", "low", "acknowledged writes whose quorum was met only with stand-ins"},
		{"quorum_write_refused", Count, "", "low", "writes that certainly did not happen"},
		{"quorum_write_unknown", Count, "", "low", "writes that may have happened"},
		{"quorum_unknown_acks", Mean, "", "", "acknowledgements that an unknown write had counted"},
		{"quorum_met", Share, "", "high", "reads whose replicas share one with those of the newest acknowledged write"},
		{"busiest_bytes_per_write", Mean, "bytes", "low", "bytes that the server sent which sent most, by acknowledged write"},
		{"late_answers", Count, "", "", "answers of replicas that came after their op was closed"},
	}
}

// storeMetrics are of what became of writes, and of what the store spent.
func storeMetrics() []Catalogued {
	return []Catalogued{
		{"lost_writes", Count, "", "low", "acknowledged writes that nothing at the end contains"},
		{"lost_writes_truncated", Count, "", "low", "lost when a diverging log was cut"},
		{"lost_writes_resolved", Count, "", "low", "lost against another version"},
		{"lost_writes_expired", Count, "", "low", "lost because they, or their hint, lived too long"},
		{"lost_writes_collected", Count, "", "low", "lost to garbage collection"},
		{"lost_writes_wiped", Count, "", "low", "lost with a disk"},
		{"lost_writes_unsynced", Count, "", "low", "lost because a crash came before the sync: no disk ever held them, or not yet when it crashed"},
		{"lost_writes_dropped", Count, "", "low", "lost with a hint that was given up"},
		{"lost_writes_died", Count, "", "low", "lost with nodes that never came back"},
		{"lost_writes_never_replicated", Count, "", "low", "lost because only one node ever held them"},
		{"lost_writes_left_out", Count, "", "low", "elements of sets that were left out of what a client made of the versions that had them"},
		{"lost_writes_hidden", Count, "", "low", "still held by a live replica, but not returned"},
		{"lost_writes_unexplained", Count, "", "low", "lost for no stated reason"},
		{"masked_losses", Count, "", "low", "acknowledged writes of which every copy was discarded before a later write hid it"},
		{"discarded_writes", Count, "", "low", "acknowledged writes dropped by conflict resolution in favour of one that overlapped them"},
		{"resurrected", Count, "", "low", "elements of sets shown by a read, or in the end, after their removal had been acknowledged"},
		{"resurrected_end", Count, "", "low", "those of them that the end holds"},
		{"lost_updates", Count, "", "low", "acknowledged writes built on the same version as another, of which only the other survived"},
		{"dirty_reads", Count, "", "low", "reads answered before any node knew the value to be committed"},
		{"aborted_reads", Count, "", "low", "reads of a failed write, or of one never committed and absent at the end"},
		{"linearizability_keys_ok", Count, "", "high", "keys on which the ops fit one order that respects real time"},
		{"linearizability_keys_failed", Count, "", "low", "keys on which they fit none"},
		{"linearizability_keys_unknown", Count, "", "low", "keys beyond what may be searched"},
		{"order_inversions", Count, "", "low", "acknowledged writes that the store placed before a write that had returned before they began"},
		{"conflicts", Count, "", "low", "reads that returned several versions"},
		{"conflict_pairs", Count, "", "low", "pairs of returned versions of which neither follows the other"},
		{"siblings_max", Max, "", "low", "the most versions that one read returned"},
		{"false_siblings", Count, "", "low", "reads that returned a version together with one that it replaced"},
		{"read_your_writes", Count, "", "low", "reads that broke the guarantee"},
		{"own_writes_missed", Count, "", "low", "writes of their own session that reads missed, each counted once a read"},
		{"monotonic_reads", Count, "", "low", "reads that broke the guarantee"},
		{"monotonic_writes", Count, "", "low", "reads that broke the guarantee"},
		{"writes_follow_reads", Count, "", "low", "reads that broke the guarantee"},
		{"diverged_keys", Count, "", "low", "keys of which live replicas hold different versions at the end"},
		{"convergence_ns", Mean, "ns", "low", "time from the end of the faults to the last change of any replica"},
		{"spread_p50_ns", Quantile, "ns", "low", "half of the writes that reached every replica did so within this time of their beginning"},
		{"spread_p99_ns", Quantile, "ns", "low", "99 % of the writes that reached every replica did so within this time of their beginning"},
		{"spread_share", Share, "", "high", "acknowledged writes that reached every replica"},
		{"diverged_slots", Count, "", "low", "slots as of which servers stated different states"},
		{"diverged_share", Share, "", "low", "slots as of which servers stated different states, of all that several spoke of"},
		{"first_divergence", Mean, "", "high", "the first slot as of which servers stated different states"},
		{"rejoin_ns", Mean, "ns", "low", "time from the healing of a fault until its target had applied what others had by then"},
		{"leaderless_ns", Mean, "ns", "low", "time under faults in which no living node led with the highest epoch; a leader that is cut off counts until it crashes, steps down or a higher epoch begins"},
		{"leader_after_heal_ns", Mean, "ns", "low", "time from the end of the faults until the leader of the end had begun to lead"},
		{"recovered", Count, "", "low", "scopes without a leader, and final reads without an answer, after heal"},
		{"lease_margin_min_ns", Min, "ns", "high", "the least time from the end of a lease to a commit by another node in a higher epoch; negative where it was still held"},
		{"leases_exclusive", Count, "", "low", "leases that had not ended when another node committed in a higher epoch"},
		{"failovers", Count, "", "", "times that a node took over the lead with a higher epoch"},
		{"membership_changes", Count, "", "", "changes of the members that were completed"},
		{"membership_undone", Count, "", "low", "changes of the members that were given up"},
		{"membership_change_ns", Mean, "ns", "low", "time from the first step of a change of the members to its end"},
		{"transfer_bytes", Count, "bytes", "low", "bytes handed over to new homes by changes of the members"},
		{"repair_bytes", Count, "bytes", "low", "bytes sent to bring replicas up to date outside the write path; not transfer_bytes, by which new homes come to what is theirs"},
		{"atomic_commit", Count, "", "low", "writes that were neither committed everywhere nor nowhere"},
		{"blocked_p50_ns", Quantile, "ns", "low", "half of what nodes promised to a coordinator was decided, as they learnt, within this time"},
		{"blocked_p99_ns", Quantile, "ns", "low", "99 % of what nodes promised to a coordinator was decided, as they learnt, within this time"},
		{"blocked_max_ns", Max, "ns", "low", "the longest time that a node waited for the outcome of what it had promised"},
		{"blocked_share", Share, "", "low", "promises about which a node had to ask, of all"},
		{"blocked_at_end", Count, "", "low", "promises whose outcome a living node did not know at the end"},
		{"transactions_agreed", Count, "", "high", "transactions that were committed"},
		{"transactions_undone", Count, "", "low", "transactions that were aborted"},
		{"partial_writes", Count, "", "low", "writes that did not end ok, held in the end though fewer replicas took them than they needed"},
	}
}

// trafficMetrics are of messages and bytes.
func trafficMetrics() []Catalogued {
	return []Catalogued{
		{"repair_wire_bytes", Count, "bytes", "low", "bytes of all messages of repair"},
		{"replicate_bytes_per_write", Mean, "bytes", "low", "bytes of the messages that carry writes to replicas, by acknowledged write"},
		{"messages_per_op", Mean, "", "low", "messages sent, by op"},
		{"messages_per_read", Mean, "", "low", "messages about reads, and what else reads brought about, by read; rounds that several share count once"},
		{"bytes_per_op", Mean, "bytes", "low", "bytes sent, by op"},
	}
}

// logMetrics are of what replicated logs promise.
func logMetrics() []Catalogued {
	return []Catalogued{
		{"one_vote", Count, "", "low", "votes of one node in one epoch that went to two candidates"},
		{"one_value", Count, "", "low", "slots for which several values were decided or applied"},
		{"applied_in_order", Count, "", "low", "entries applied out of order, or after one that was left out"},
		{"exactly_once", Count, "", "low", "ops that took effect twice, or though their client was told that they had not"},
		{"leader_completeness", Count, "", "low", "elections of a node that lacked what had been decided in an earlier epoch"},
		{"log_matching", Count, "", "low", "entries of one slot and epoch that differ between logs, or follow others"},
		{"durable_majority", Count, "", "low", "decided slots that were at some instant on too few disks"},
		{"promises_kept", Count, "", "low", "votes, promises and stored entries that broke a promise"},
		{"configurations_intersect", Count, "", "low", "times that two electorates came to be able to decide at once"},
	}
}

// repairMetrics are of what it took to bring replicas up to date outside the write path.
func repairMetrics() []Catalogued {
	return []Catalogued{
		{"missed_keys", Count, "", "low", "keys of which some replica lacked something that another one had, when the last fault healed"},
		{"never_caught_up", Count, "", "low", "of those, the keys of which some replica still lacked it when settling ended"},
		{"catch_up_ns", Mean, "ns", "low", "time from then until the last replica had caught up"},
		{"repair_messages", Count, "", "low", "messages sent to find out where replicas differ, and to bring them up to date, outside the write path"},
		{"repair_bytes_read", Count, "bytes", "low", "sent by reads that found replicas stale"},
		{"repair_bytes_hint", Count, "bytes", "low", "sent by replaying hints"},
		{"repair_bytes_tree", Count, "bytes", "low", "sent by comparing trees, and by streaming what seemed to differ"},
		{"repair_bytes_copy", Count, "bytes", "low", "sent by shipping every key"},
		{"repair_bytes_log", Count, "bytes", "low", "sent by shipping logs"},
		{"tree_comparisons", Count, "", "low", "hashes of trees that two replicas compared"},
		{"tree_messages", Count, "", "low", "messages of these comparisons, those that were answered"},
		{"tree_bytes", Count, "bytes", "low", "bytes of these messages"},
		{"streamed_keys", Count, "", "low", "keys handed over because they may differ; not those handed to new homes"},
		{"streamed_needlessly", Count, "", "low", "of those, the keys that the receiver held already, and had nothing newer of"},
		{"hints_wasted", Count, "", "low", "hints delivered to an owner that another repair had reached before"},
	}
}

// conflictMetrics are of what clients at several leaders did without knowledge of each other.
func conflictMetrics() []Catalogued {
	return []Catalogued{
		{"concurrent_pairs", Count, "", "low", "pairs of writes that several leaders made on one key without knowledge of each other"},
		{"conflicts_per_1000", Mean, "", "low", "such pairs, for each 1,000 acknowledged writes"},
		{"conflicts_noted", Count, "", "", "pairs of writes that the store took for conflicts"},
		{"conflicts_accused", Count, "", "low", "of those, the pairs of which one was made in knowledge of the other"},
		{"conflicts_missed", Count, "", "low", "concurrent pairs of which one replaced the other, the newest write of the leader that it came to, and that leader noticed nothing"},
		{"dropped_updates", Count, "", "low", "acknowledged writes that some node of several leaders gave up for another one, as far as it noticed"},
		{"dropped_knowing", Count, "", "low", "of those, the writes that were made in knowledge of all that they could lose against"},
		{"conflicts_logged", Count, "", "", "writes that gave way, and that a leader wrote down to make them good"},
		{"compensated", Count, "", "high", "writes that gave way, and whose doing was made good"},
		{"duplicate_grants", Count, "", "low", "names granted to one although another one had them"},
		{"duplicates_taken_back", Count, "", "high", "of those, the grants that were taken back later"},
		{"both_off", Count, "", "low", "times that both keys of a pair were off"},
		{"both_off_end", Count, "", "low", "pairs whose keys are both off in the end"},
		{"locks_granted", Count, "", "high", "acknowledged acquisitions of locks"},
		{"lock_overlaps", Count, "", "low", "writes under a lock by who still believed to hold it, after another one had been granted it: two holders at once"},
		{"fenced_off", Count, "", "", "writes under a lock that the store refused, as the version had changed that they were made from"},
		{"fenced", Count, "", "low", "writes under a lock that took effect after one under a newer token"},
	}
}
