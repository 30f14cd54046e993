package results

// Nearest is the name that needs the fewest insertions, deletions, replacements
// and swaps of neighbours to become the word, or nothing where none is near: more
// than two and more than a third of the word's letters. Where none is, it is the one
// name that begins with the word, or nearly so.
func Nearest(word string, names []string) string {
	best, near := "", max(2, len(word)/3)+1
	for _, name := range names {
		if d := distance(word, name); d < near {
			best, near = name, d
		}
	}
	if best == "" {
		best = nearestBeginning(word, names)
	}
	return best
}

// nearestBeginning is the one name whose beginning is nearest to a word of six letters
// or more, of which one in six may be wrong.
func nearestBeginning(word string, names []string) string {
	const shortest = 6
	if len(word) < shortest {
		return ""
	}
	best, near := "", len(word)/shortest+1
	for _, name := range names {
		d := len(word)
		for end := len(word) - 1; end <= min(len(word)+1, len(name)); end++ {
			d = min(d, distance(word, name[:end]))
		}
		switch {
		case d < near:
			best, near = name, d
		case d == near && best != "":
			best = ""
		}
	}
	return best
}

// distance is the optimal string alignment distance (Damerau 1964).
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for k := range b {
		rows[0][k+1] = k + 1
	}
	for i := 1; i <= len(a); i++ {
		for k := 1; k <= len(b); k++ {
			replace := rows[i-1][k-1] + boolToInt(a[i-1] != b[k-1])
			rows[i][k] = min(rows[i-1][k]+1, rows[i][k-1]+1, replace)
			if i > 1 && k > 1 && a[i-1] == b[k-2] && a[i-2] == b[k-1] {
				rows[i][k] = min(rows[i][k], rows[i-2][k-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
