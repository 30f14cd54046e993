package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"simrun/predict"
	"simrun/results"
)

// severalLeaders is a protocol with a leader in each datacentre.
type severalLeaders interface {
	// Leaders is how many take writes at the start.
	Leaders(datacentres int) int
	// RemoteShare is what another leader's update costs a leader, as a share of what a
	// write of its own clients does; false where writes cost nothing.
	RemoteShare() (share float64, known bool)
}

// leaders is how many leaders a cell has, 0 where its protocol is not of that kind.
func (c *PlanCell) leaders() int {
	p, several := c.Scenario.Protocol.(severalLeaders)
	if !several {
		return 0
	}
	return p.Leaders(max(len(c.Scenario.Topology.Datacentres), 1))
}

// capacityTable lays the writes that some leaders take beside those that one takes whose
// remote updates cost as much, and beside what follows from that cost; false where there
// is nothing to compare.
func (p *Plan) capacityTable(cells []results.Cell) (results.Table, bool) {
	t := results.Table{Name: "capacity", Title: "Writes that the leaders take, by those that one takes: n/(1+(n-1)a), and measured"}
	for i := range cells {
		c := p.capacity(cells, i)
		if c == nil {
			continue
		}
		if t.Columns == nil {
			t.Columns = append(results.SettingColumns(cells[i].Set),
				results.Column{Name: "leaders", Title: "n", Unit: "count"},
				results.Column{Name: "remote_share", Title: "a", Unit: ""},
				results.ColumnOf("throughput_write"),
				results.Column{Name: "predicted_gain", Title: "predicted", Unit: ""},
				results.Column{Name: "gain", Title: "measured", Unit: ""})
		}
		row := make([]results.Datum, 0, len(t.Columns))
		for _, s := range cells[i].Set {
			row = append(row, results.Datum{Kind: results.Text, Text: s.Value})
		}
		t.Rows = append(t.Rows, append(row, whole(int64(c.leaders)), number(c.share), number(c.writes), number(c.predicted), number(c.gain)))
	}
	return t, len(t.Rows) > 0
}

// capacity is what a cell's leaders take.
type capacity struct {
	leaders                        int
	share, writes, predicted, gain float64
}

// capacity is nil where the cell's writes cost nothing, or none with one leader is like it.
func (p *Plan) capacity(cells []results.Cell, i int) *capacity {
	share, known := p.remoteShare(i)
	writes, measured := results.Value(results.Find(cells[i].Measures, "throughput_write"))
	if !known || !measured {
		return nil
	}
	for alone := range cells {
		if other, known := p.remoteShare(alone); !known || other != share || p.Cells[alone].leaders() != 1 {
			continue
		}
		if one, measured := results.Value(results.Find(cells[alone].Measures, "throughput_write")); measured && one > 0 {
			n := p.Cells[i].leaders()
			return &capacity{leaders: n, share: share, writes: writes, predicted: predict.Capacity(n, share), gain: writes / one}
		}
	}
	return nil
}

func (p *Plan) remoteShare(cell int) (float64, bool) {
	if of, several := p.Cells[cell].Scenario.Protocol.(severalLeaders); several {
		return of.RemoteShare()
	}
	return 0, false
}

// capacityWords say, for each cost of a remote update, what the most leaders gain.
func (p *Plan) capacityWords(cells []results.Cell) (words []string) {
	var most []*capacity
	for i := range cells {
		c := p.capacity(cells, i)
		if c == nil {
			continue
		}
		at := slices.IndexFunc(most, func(m *capacity) bool { return m.share == c.share })
		switch {
		case at < 0:
			most = append(most, c)
		case c.leaders > most[at].leaders:
			most[at] = c
		}
	}
	for _, c := range most {
		if c.leaders > 1 {
			words = append(words, c.words())
		}
	}
	return words
}

func (c *capacity) words() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Where another leader's update costs %.3g of a write, %d leaders take %.3g times the writes of one; %.3g were predicted.", c.share, c.leaders, c.gain, c.predicted)
	if c.share >= 1 {
		b.WriteString(" There is no gain: every leader does every write.")
	}
	return b.String()
}

// Leaders implements severalLeaders.
func (p *multiLeader) Leaders(datacentres int) int {
	if p.Config.Members > 0 {
		return p.Config.Members
	}
	return datacentres
}

// RemoteShare implements severalLeaders.
func (p *multiLeader) RemoteShare() (share float64, known bool) {
	return float64(p.RemoteCost) / 100, p.Work > 0
}
