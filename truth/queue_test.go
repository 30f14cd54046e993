package truth

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/scenarios"
	"simrun/sim"
	"simrun/sim/record"
)

// serviceMean is the mean service time of the scenario: the unit of all times here.
const serviceMean = time.Millisecond

// queueing is what was seen of a queue in a number of independent runs: a figure for each.
type queueing struct {
	waits   []float64 // mean time before service
	stays   []float64 // mean time until the end of service
	present []float64 // mean number in the system, over time
	beyond  []float64 // share of the stays that are longer than limit
	blocked []float64 // share of arrivals that are refused
	all     []float64 // every stay of every run
	limit   float64
}

// visit is one message at the server, in units of the service time.
type visit struct{ arrival, departure float64 }

// visitsOf reads the visits of a run from its history. No way takes any time, so that
// requests arrive when ops begin and depart when they end.
func visitsOf(t *testing.T, run *record.Run) (visits []visit, refused int64) {
	t.Helper()
	for i := range run.History.Ops {
		op := &run.History.Ops[i]
		if op.Outcome != sim.OK {
			refused++
			continue
		}
		v := visit{inUnits(op.InvokedAt, serviceMean), inUnits(op.ReturnedAt, serviceMean)}
		if len(visits) > 0 {
			require.LessOrEqual(t, visits[len(visits)-1].departure, v.departure, "first come, first served")
		}
		visits = append(visits, v)
	}
	return visits, refused
}

// add measures one run between two times.
func (q *queueing) add(visits []visit, from, to float64) {
	count, wait, stay, area, beyond, before := 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
	for _, v := range visits {
		area += max(0, min(v.departure, to)-max(v.arrival, from))
		free := before // when the server is done with all that came earlier
		before = v.departure
		if v.arrival < from || v.arrival >= to {
			continue
		}
		count++
		wait += max(0, free-v.arrival)
		stay += v.departure - v.arrival
		q.all = append(q.all, v.departure-v.arrival)
		if v.departure-v.arrival > q.limit {
			beyond++
		}
	}
	q.waits, q.stays = append(q.waits, wait/count), append(q.stays, stay/count)
	q.present, q.beyond = append(q.present, area/(to-from)), append(q.beyond, beyond/count)
}

// p99 is the nearest-rank quantile of all stays. Its error follows from that of the
// share beyond it, by the density there of an exponential law with a rate.
func (q *queueing) p99(rate float64) estimate {
	slices.Sort(q.all)
	rank := int(math.Ceil(0.99*float64(len(q.all)))) - 1
	return estimate{q.all[rank], mean(q.beyond).err / (0.01 * rate)}
}

// queueRuns is how many independent runs a figure has.
func queueRuns() int {
	if long {
		return 100
	}
	return 16
}

// observe runs the queue with Poisson arrivals at lambda for each service time. A queue
// forgets how it began in about 1/(1-sqrt(rho))^2 service times: eight times that is
// warm-up, and one run's figures rest on many more.
func observe(t *testing.T, lambda float64, edits ...scenarios.Edit) *queueing {
	t.Helper()
	memory := 10.0
	if lambda < 1 {
		memory = max(memory, math.Pow(1-math.Sqrt(lambda), -2))
	}
	from := math.Ceil(8 * memory)
	to := from + math.Ceil(3000+12*memory)
	edits = append(edits, set("workload.rate", fmt.Sprintf("%v/s", math.Round(lambda*1000))),
		set("warm_up", time.Duration(from)*serviceMean), set("duration", time.Duration(to)*serviceMean))
	q := &queueing{limit: -math.Log(0.01) / (1 - lambda)}
	each(t, runner(t, "queue", edits...), queueRuns(), func(run *record.Run) {
		visits, refused := visitsOf(t, run)
		requireNoneWaited(t, run, 256)
		require.Equal(t, run.Counters.Get("inbox.refused"), refused)
		q.add(visits, from, to)
		answered := measured(t, run, checks.Unavailable, "availability")
		q.blocked = append(q.blocked, 1-float64(answered.Count)/float64(answered.Total))
	})
	return q
}

// figure is the measured figure of a row.
func (q *queueing) figure(t *testing.T, metric string, lambda float64) estimate {
	t.Helper()
	switch metric {
	case "Wq":
		return mean(q.waits)
	case "T_mean":
		return mean(q.stays)
	case "T_p99":
		return q.p99(1 - lambda)
	case "L":
		return mean(q.present)
	case "P_block":
		return mean(q.blocked)
	}
	require.Fail(t, "unknown metric", metric)
	return estimate{}
}

// queueOf sets what a model is about.
func queueOf(model string) []scenarios.Edit {
	const server = "topology.server."
	switch model {
	case "M/D/1":
		return []scenarios.Edit{set(server+"service", serviceMean)}
	case "M/M/1/5":
		return []scenarios.Edit{set(server+"inbox", 5), set("workload.timeout", 200*time.Millisecond)}
	}
	return nil
}

func testQueue(t *testing.T, model string, rows int) {
	t.Helper()
	skipWhenShort(t)
	seen := map[float64]*queueing{}
	for _, row := range published(t, "queueing.csv", "model", model, rows) {
		lambda, value := row.number(t, "lambda"), row.number(t, "value")
		require.Equal(t, []float64{1, 1}, []float64{row.number(t, "mu"), row.number(t, "servers")})
		if seen[lambda] == nil {
			seen[lambda] = observe(t, lambda, queueOf(model)...)
		}
		what := fmt.Sprintf("%s at %v, %s", model, lambda, row["metric"])
		figure := seen[lambda].figure(t, row["metric"], lambda)
		figure.requireAgrees(t, value, what)
		if row["metric"] == "T_p99" {
			mean(seen[lambda].beyond).requireAgrees(t, 0.01, what)
		}
	}
}

func TestQueueWithExponentialService(t *testing.T) { testQueue(t, "M/M/1", 24) }

func TestQueueWithConstantService(t *testing.T) { testQueue(t, "M/D/1", 12) }

func TestQueueWithBoundedInbox(t *testing.T) { testQueue(t, "M/M/1/5", 4) }

// TestQueueTakenForAnother proves that the figures tell queues apart: of another
// service, of another arrival rate, and of an inbox with one place more or less.
func TestQueueTakenForAnother(t *testing.T) {
	skipWhenShort(t)
	constant := observe(t, 0.5, queueOf("M/D/1")...)
	constant.figure(t, "Wq", 0.5).requireDiffers(t, 1, "the waiting of M/M/1")
	faster := observe(t, 0.55)
	faster.figure(t, "Wq", 0.5).requireDiffers(t, 1, "the waiting at rate 0.5")
	faster.figure(t, "T_p99", 0.5).requireDiffers(t, 9.2103404, "the 99th percentile at rate 0.5")
	faster.figure(t, "L", 0.5).requireDiffers(t, 1, "the number present at rate 0.5")
	for _, places := range []int{4, 6} {
		other := observe(t, 0.9, append(queueOf("M/M/1/5"), set("topology.server.inbox", places))...)
		other.figure(t, "P_block", 0.9).requireDiffers(t, 0.12602255, fmt.Sprintf("blocking with %d places", places))
	}
}
