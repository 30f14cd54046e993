package reports

import "strings"

// Width is how many columns of a terminal a line has where nothing else is said.
const Width = 80

// Wrap breaks a text at spaces into lines of at most so many columns, the first
// behind one lead and the others behind another. A word longer than the line stays
// whole. Each line ends with a line feed.
func Wrap(text, first, rest string, width int) string {
	var out strings.Builder
	line, used, fresh := first, widthOf(first), true
	for _, word := range strings.Fields(text) {
		word = clean(word)
		size := widthOf(word)
		if !fresh && used+1+size > width {
			out.WriteString(line + "\n")
			line, used, fresh = rest, widthOf(rest), true
		}
		if !fresh {
			line, used = line+" ", used+1
		}
		line, used, fresh = line+word, used+size, false
	}
	out.WriteString(strings.TrimRight(line, " ") + "\n")
	return out.String()
}

// Clip is a text of one line in at most so many columns, with an ellipsis where
// something is missing.
func Clip(text string, width int) string {
	text = clean(strings.Join(strings.Fields(text), " "))
	if widthOf(text) <= width {
		return text
	}
	letters := []rune(text)
	for len(letters) > 0 && widthOf(string(letters)) > width-1 {
		letters = letters[:len(letters)-1]
	}
	return strings.TrimRight(string(letters), " ") + "…"
}
