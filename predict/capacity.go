package predict

// Capacity is how many times the writes of one leader that some leaders take, where each
// applies what the others took, and that costs it a share of a write of its own. Of its
// time a leader has 1 for x writes of its own and (n-1)x of the others, which cost
// x(1+(n-1)share): n leaders take n/(1+(n-1)share). With a share of 1 nothing is gained.
func Capacity(leaders int, share float64) float64 {
	n := float64(leaders)
	return n / (1 + (n-1)*share)
}
