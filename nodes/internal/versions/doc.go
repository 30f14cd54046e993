// Package versions keeps what a key holds as a set of versions, under one of two
// rules: causal, where concurrent versions stay side by side as siblings (dotted
// version vectors: Almeida, Baquero, Gonçalves, Preguiça and Fonte, DAIS 2014),
// and last-write-wins, where the greatest timestamp stays alone.
//
// Sets and contexts are values: nothing here changes one in place, so they may be
// shared between replicas' states and messages.
//
// A causal context is a version vector: it stands for all of an actor's writes to
// the key up to a counter. That is exact only while whoever has seen one write of
// an actor also knows the fate of its earlier ones. Two rules keep it so. An
// actor is one life of a coordinator, which forgets nothing while it lives; and
// it sends, with a new version, its own earlier ones that the new one does not
// replace ([Event]), as Riak's coordinating vnode sends the whole object.
package versions
