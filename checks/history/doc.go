// Package history reads and writes recorded histories as JSON Lines, one event a
// line, as Jepsen has them:
//
//	{"index":0,"time":1000,"process":0,"type":"invoke","f":"write","key":"x","value":3}
//	{"index":1,"time":2500,"process":0,"type":"ok","f":"write","key":"x","value":3}
//
// The order of the lines is the order of the events; times (nanoseconds) serve
// durations only. A process has one op at a time. An op that ends with type info
// may have happened or not; its process may not invoke again. Lines of the process
// "nemesis" are skipped. The key may be left out where there is only one; index
// and time may be left out.
//
// The value of a write is a scalar, of a cas [expected, new], of a read null for
// nothing, a scalar, or a list for siblings; a read of a set returns a list, of a
// counter an integer. Two scalars are the same when JSON says so: 1 is 1.0, and
// not "1".
package history
