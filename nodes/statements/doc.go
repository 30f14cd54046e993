// Package statements is a laboratory of what a replicated log may carry. Clients
// send commands in a small language over one table (package kv, Command); leaders
// execute them, and ship
//
//   - command: the command itself, which each follower executes in its own world, with
//     its own wall clock, its own draws, its own counter and its own order of rows:
//     MySQL's statement-based replication without any help;
//   - captured: the command and a tape of what now(), random() and auto-increment told the
//     leader, which followers are told again: what MySQL does with SET TIMESTAMP, INSERT_ID
//     and RAND_SEED, and VoltDB with its procedures;
//   - rows: the content of the rows that it changed (MySQL's row format, PostgreSQL's
//     logical decoding);
//   - cells: the cells of pages that it wrote, and pages: those pages, whole (a physical
//     log, as PostgreSQL ships, the second with its full_page_writes).
//
// Kleppmann, "Designing Data-Intensive Applications" (2017), chapter 5, "Implementation of
// Replication Logs", lists these and where the first fails; Schneider, "Implementing
// Fault-Tolerant Services Using the State Machine Approach" (ACM Computing Surveys 1990),
// says what executing commands everywhere demands: that they be deterministic and come in
// the same order. Nothing here scripts a divergence. It comes about because
//
//   - clocks differ, and draws are keyed by the server's name;
//   - an insert that is refused has used up an id at the leader, and is not in the log;
//   - a new version of a row goes into a page that the server draws, so that "limit 1"
//     without an order finds another row elsewhere;
//   - triggers do all of this out of the client's sight;
//   - two leaders execute each other's commands as they come, after their own.
//
// # The log and the table
//
// A leader ships what is on its own disk, so that a follower's log is always a prefix
// of it. Followers execute in the log's order and keep what comes early. Each server's
// table is durable by itself (redo.go): a restart does not run commands again, except
// those that the crash kept in the log and lost from the redo. Commands are executed
// once: the leader knows their ops again.
//
// There is no failover: a leader that is down is waited for, and one that has lost what
// it had shipped refuses to serve. Two leaders have a log each, and every server executes both.
//
// # Catching up
//
// A follower hears by heartbeats how long the log is. What stays missing it fetches in
// one of four ways: the whole log from the beginning, on an empty table; the log's tail;
// the leader's table as of one slot, then the tail; or, after a descent through hash trees
// (package merkle), those rows that differ as of one slot, then the tail. The last
// two end what divergence there was; the first two carry it on, or make it worse.
package statements
