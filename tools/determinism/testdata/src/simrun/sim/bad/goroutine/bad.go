package goroutine

func start(f func()) {
	go f() // want `goroutine: a goroutine runs when the machine pleases`
	func() {
		go func() {}() // want `goroutine:`
	}()
}
