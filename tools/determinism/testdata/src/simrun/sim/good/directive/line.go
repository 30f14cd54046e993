package directive

func start(f func()) {
	//determinism:allow goroutine this is what the directive is for
	go f()
	go f() //determinism:allow goroutine on the line itself
}
