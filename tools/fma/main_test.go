package main

import "testing"

func TestFindsFused(t *testing.T) {
	found, _, err := inspect([]string{"./testdata/fusing"})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 4 {
		t.Errorf("found %v, want 4 fused multiply-adds", found)
	}
}

func TestLeavesPlain(t *testing.T) {
	found, symbols, err := inspect([]string{"./testdata/plain"})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 0 || symbols != 2 {
		t.Errorf("found %v in %d symbols, want none in 2", found, symbols)
	}
}

func TestComplains(t *testing.T) {
	if _, _, err := inspect([]string{"./testdata/missing"}); err == nil {
		t.Error("a package that is not there was inspected")
	}
}
