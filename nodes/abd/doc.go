// Package abd is atomic registers without consensus: Attiya, Bar-Noy and Dolev, "Sharing
// Memory Robustly in Message-Passing Systems" (Journal of the ACM, 1995), for several writers
// as in Lynch and Shvartsman, "Robust Emulation of Shared Memory Using Dynamic
// Quorum-Acknowledged Broadcasts" (FTCS 1997).
//
// Every replica holds one value of each key, with a tag: a number, and the write's
// identity, which tells apart those of one number. A client is its own coordinator. To
// write, it asks a majority for their tags, takes a higher one, and gives value and tag to all
// until a majority has them on disk. To read, it asks a majority, takes the value with the
// highest tag, and writes it back to a majority before it returns it: so that no later read
// finds less (section 4 of the first paper). Without the write-back the register is regular
// only: of two reads, one after the other, during one write, the first may return the new
// value and the second the old one.
//
// Where one client alone writes (writers: one), as in the first paper, it knows the highest tag: its
// own last one. It numbers its writes as its ops and asks nobody, which saves a round trip.
//
// A replica takes what has a higher tag than it holds, in whatever order it comes; so
// repeated, late and reordered messages do no harm. What it has is what is on its disk: it
// answers from that and acknowledges nothing else, so that a crash takes back nothing that
// counted. There is no leader, no election and no log. Compare-and-set is not among the ops:
// registers cannot agree (Herlihy, "Wait-Free Synchronization", 1991).
//
// Of the read's write-back, a majority that all answered with the same tag makes another
// superfluous: it holds the value already (write_back: unless-agreed). That is the "fast read"
// of practice; it is atomic, because what replicas answer is on their disks.
package abd
