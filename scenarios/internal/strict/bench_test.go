package strict

import "testing"

func BenchmarkDecode(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		decodeSample(goodText)
	}
}

func BenchmarkCloneSetDecode(b *testing.B) {
	_, document, _ := decodeSample(goodText)
	b.ReportAllocs()
	for b.Loop() {
		twin := document.Clone()
		_ = twin.Set("protocol.r", "2")
		var into sample
		_ = twin.Decode(&into)
	}
}
