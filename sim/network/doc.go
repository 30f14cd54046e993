// Package network is links and topology: given a message, it answers its fate.
// It holds the rules that faults have put in force, and nothing of the messages.
package network
