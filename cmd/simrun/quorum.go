package main

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"simrun/predict"
	"simrun/reports"
	"simrun/results"
	"simrun/scenarios"
)

// quorumFlags say which quorums to try, and how.
type quorumFlags struct {
	output  output
	latency string
	n       positive
	trials  positive
	jobs    positive
	seed    uint64
	after   []string
}

func quorumCommand(c *console) *cobra.Command {
	f := quorumFlags{n: 3, trials: 100_000, jobs: positive(runtime.GOMAXPROCS(0))}
	f.output.format.words = reports.FigureFormats()
	cmd := &cobra.Command{
		Use:   "quorum",
		Short: "Tell what every choice of R and W gives, by trials of the protocol",
		Long: `Tell what every choice of R and W gives: how many reads see the last write by
the time after its acknowledgement (probabilistically bounded staleness), when
99.9 % of them do, and how long reads and writes take. The store itself runs in
the simulator; beside it stands the WARS model.

A message takes its time on one of four legs: W, a write to a replica; A, its
acknowledgement; R, a read; S, its response. --latency is the name of a fit that
was published (` + strings.Join(predict.Presets(), ", ") + `); or legs on one line; or a
YAML file with the keys w, a, r and s, each a distribution as in scenarios.`,
		Example: `  simrun quorum --n 3 --latency lnkd-disk
  simrun quorum --n 5 --latency W=exponential:mean=10ms,A=R=S=1ms --after 5ms
  simrun quorum --latency lognormal:median=2ms:sigma=0.5 --trials 1000000
  simrun quorum --latency legs.yaml --format csv --output figures.csv`,
		Args: nothing,
		RunE: func(*cobra.Command, []string) error { return f.run(c) },
	}
	seedFlag(cmd, &f.seed, "the seed that fixes all trials")
	cmd.Flags().Var(&f.n, "n", "replicas of each key, up to 16")
	cmd.Flags().StringVar(&f.latency, "latency", "lnkd-disk", "the legs' latencies: a `preset`, legs on a line, or a YAML file")
	complete(cmd, "latency", predict.Presets())
	cmd.Flags().Var(&f.trials, "trials", "how many writes to try, each followed by a read")
	cmd.Flags().StringSliceVar(&f.after, "after", []string{"0ms", "1ms", "5ms", "10ms"}, "`times` from acknowledgement to read, separated by commas")
	cmd.Flags().Var(&f.jobs, "jobs", "how many runs at a time; the report does not depend on it")
	f.output.flags(cmd)
	return cmd
}

func (f *quorumFlags) run(c *console) error {
	q, err := f.experiment()
	if err != nil {
		return err
	}
	stop := (&bounds{}).start()
	defer stop.release()
	return f.output.report(c, func(sheet *sheet) (int, error) {
		study := f.perform(c, q, stop)
		figures := study.Figures(fmt.Sprintf("what each R and W of %d replicas gives, with the latencies %s", q.N, f.latency))
		code := figures.Exit()
		if study.Interrupted {
			c.complain("interrupted after %d of %d trials; the report is partial", figures.Trials, q.Trials)
			code = results.Worst(code, results.ExitInterrupted)
		}
		return code, reports.WriteFigures(sheet, figures, f.output.form(), sheet.options())
	})
}

// experiment is what the flags ask for.
func (f *quorumFlags) experiment() (q scenarios.Quorum, err error) {
	const most = 1<<31 - 1 // beyond every bound
	q = scenarios.Quorum{N: int(min(f.n, most)), Trials: int(min(f.trials, most)), Seed: f.seed}
	if q.Legs, err = f.legs(); err != nil {
		return q, err
	}
	for _, text := range f.after {
		t, err := scenarios.ParseTime(text)
		if err != nil {
			return q, fmt.Errorf("--after: %w", err)
		}
		q.After = append(q.After, t)
	}
	return q, q.Check()
}

// legs reads the latencies from the line, or from the file that it names.
func (f *quorumFlags) legs() (predict.LegSpecs, error) {
	switch filepath.Ext(f.latency) {
	case ".yaml", ".yml":
		text, err := readFile(f.latency)
		if err != nil {
			return predict.LegSpecs{}, err
		}
		legs, err := scenarios.DecodeLegs(f.latency, text)
		if err != nil {
			return legs, unsound{err}
		}
		return legs, nil
	}
	legs, err := scenarios.ParseLegs(f.latency)
	if err != nil {
		return legs, fmt.Errorf("--latency: %s", strings.TrimPrefix(err.Error(), "--latency: "))
	}
	return legs, nil
}

func (f *quorumFlags) perform(c *console, q scenarios.Quorum, stop *stopper) *scenarios.Study {
	var done atomic.Uint64
	quiet := c.follow(func(elapsed time.Duration) string {
		return status("quorum", done.Load(), uint64(q.Trials), "trials", elapsed)
	})
	defer quiet()
	return q.Run(stop, int(min(f.jobs, maxJobs)), func(trials uint64) { done.Store(max(done.Load(), trials)) })
}
