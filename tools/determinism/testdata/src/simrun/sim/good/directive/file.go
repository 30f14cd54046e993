//determinism:allow goroutine the whole file is an adapter
//determinism:allow channel the whole file is an adapter

package directive

func hand(f func(chan int)) {
	c := make(chan int)

	go f(c)
	<-c
}
