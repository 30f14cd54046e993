// Package checks judges recorded runs. A checker is a pure function of the record,
// one property a file; it never sees a node, and it knows no protocol. Verdicts
// need the history only, so that imported histories are judged alike; observations
// add cause and order.
package checks
