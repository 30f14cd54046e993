module simrun/bench

go 1.26.0

require (
	golang.org/x/sys v0.49.0
	simrun v0.0.0
)

replace simrun => ../
