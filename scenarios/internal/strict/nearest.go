package strict

import "strings"

// Nearest gives the word of words that is nearest to a misspelled one, "" if none is near: same but for case, hyphens
// and underscores; at most a third of its letters inserted, dropped, changed or swapped; or the only one that begins
// with it. The first of equally near words wins.
func Nearest(word string, words []string) string {
	const longest = 64
	if word == "" || len(word) > longest {
		return ""
	}
	best, least := "", longest
	for _, candidate := range words {
		if len(candidate) > longest {
			continue
		}
		distance := editDistance(fold(word), fold(candidate))
		if distance <= allowedEdits(word, candidate) && distance < least {
			best, least = candidate, distance
		}
	}
	if best == "" {
		best = onlyBeginning(word, words)
	}
	return best
}

// fold forgets what people get wrong without misspelling.
func fold(word string) string {
	return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(word))
}

// allowedEdits keeps one-letter words apart: "w" is no misspelled "r".
func allowedEdits(a, b string) int {
	shorter, longer := min(len(a), len(b)), max(len(a), len(b))
	if shorter < 2 {
		return 0
	}
	return min(3, max(1, longer/3))
}

// onlyBeginning finds the single word that a beginning of at least three letters can stand for.
func onlyBeginning(word string, words []string) string {
	found := ""
	for _, candidate := range words {
		if len(word) < 3 || !strings.HasPrefix(fold(candidate), fold(word)) {
			continue
		}
		if found != "" {
			return ""
		}
		found = candidate
	}
	return found
}

// editDistance counts insertions, deletions, changes and swaps of neighbours.
func editDistance(a, b string) int {
	s, t := []rune(a), []rune(b)
	rows := make([][]int, len(s)+1)
	for i := range rows {
		rows[i] = make([]int, len(t)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(s); i++ {
		for j := 1; j <= len(t); j++ {
			rows[i][j] = nextDistance(rows, s, t, i, j)
		}
	}
	return rows[len(s)][len(t)]
}

func nextDistance(rows [][]int, s, t []rune, i, j int) int {
	change := 1
	if s[i-1] == t[j-1] {
		change = 0
	}
	best := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
	if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
		best = min(best, rows[i-2][j-2]+1)
	}
	return best
}
