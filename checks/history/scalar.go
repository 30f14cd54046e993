package history

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
)

// symbol stands for a scalar of the file: equal scalars have equal symbols. The
// zero symbol is null.
type symbol uint32

const null symbol = 0

// names gives scalars symbols, in the order in which they are met. It keeps at
// most so many bytes of them.
type names struct {
	symbols map[string]symbol
	texts   []string // by symbol, as canonical JSON
	room    int
}

func newNames(room int) *names {
	return &names{symbols: map[string]symbol{"null": null}, texts: []string{"null"}, room: room}
}

// entryBytes is what a name takes beside its text.
const entryBytes = 64

// scalar gives a JSON scalar its symbol.
func (n *names) scalar(raw json.RawMessage) (symbol, *Error) {
	text, err := canonical(raw)
	if err != nil {
		return null, err
	}
	if s, known := n.symbols[text]; known {
		return s, nil
	}
	if n.room -= len(text) + entryBytes; n.room < 0 {
		return null, wrong("too many different keys and values")
	}
	s := symbol(len(n.texts))
	n.symbols[text] = s
	n.texts = append(n.texts, text)
	return s, nil
}

// canonical spells a scalar so that equal ones are spelt the same.
func canonical(raw json.RawMessage) (string, *Error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || raw[0] == '{' || raw[0] == '[' {
		return "", wrong("%s is not a scalar", quote(string(raw)))
	}
	switch raw[0] {
	case '"':
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return "", wrong("%s: %v", quote(string(raw)), err)
		}
		spelt, err := json.Marshal(text)
		if err != nil {
			return "", wrong("%s: %v", quote(string(raw)), err)
		}
		return string(spelt), nil
	case 't', 'f', 'n':
		return string(raw), nil
	}
	return canonicalNumber(string(raw))
}

// canonicalNumber spells a number: integers without a point or an exponent.
func canonicalNumber(text string) (string, *Error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return strconv.FormatInt(n, 10), nil
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return "", wrong("number %s is out of range", quote(text))
	}
	if x == math.Trunc(x) && math.Abs(x) < 1<<53 {
		return strconv.FormatInt(int64(x), 10), nil
	}
	return strconv.FormatFloat(x, 'g', -1, 64), nil
}

// integer is the integer that a symbol stands for, if it does.
func (n *names) integer(s symbol) (int64, bool) {
	v, err := strconv.ParseInt(n.texts[s], 10, 64)
	return v, err == nil && v != math.MinInt64
}
