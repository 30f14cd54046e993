package directive

func start(f func()) {
	//determinism:allow goroutine // want `directive: want //determinism:allow RULE reason`
	go f() // want `goroutine:`
	//determinism:allow gorotine the name is misspelt // want `directive: there is no rule "gorotine"`
	go f() // want `goroutine:`
	//determinism:allow channel there is none // want `directive: nothing here breaks the rule "channel": remove the directive`
	go f() // want `goroutine:`
	//determinism:allow goroutine it stands too far away // want `directive: nothing here breaks`

	go f() // want `goroutine:`
}
