package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"simrun/checks"
	"simrun/checks/history"
	"simrun/reports"
	"simrun/results"
	"simrun/scenarios"
)

// checkFlags say how to judge a history.
type checkFlags struct {
	model  string
	output output
}

func checkCommand(c *console) *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check HISTORY --model M",
		Short: "Judge a recorded history",
		Long: `Judge a recorded history: JSON Lines with the keys index, time, process, type
(invoke, ok, fail, info), f, key and value. HISTORY is a file, or - for standard
input.`,
		Example: "  simrun check history.jsonl --model register",
		Args:    oneOf("a file with a history, or -"),
		RunE:    func(_ *cobra.Command, args []string) error { return f.check(c, args[0]) },
	}
	cmd.Flags().StringVar(&f.model, "model", "", "judge it as this `model`: "+strings.Join(history.Models(), ", "))
	complete(cmd, "model", history.Models())
	f.output.flags(cmd)
	return cmd
}

func (f *checkFlags) check(c *console, name string) error {
	if f.model == "" {
		return fmt.Errorf("simrun check needs --model: one of %s", strings.Join(history.Models(), ", "))
	}
	verdicts, err := f.judge(name)
	if err != nil {
		return err
	}
	return f.output.report(c, func(sheet *sheet) (int, error) {
		return verdicts.Exit(), reports.WriteRun(sheet, verdicts, f.output.form(), sheet.options())
	})
}

// judge reads a history and makes a run of it, which is expected to keep every
// guarantee that the model speaks of.
func (f *checkFlags) judge(name string) (*results.Run, error) {
	source, err := openHistory(name)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	recorded, err := history.Read(source, f.model)
	if err != nil {
		return nil, unsound{fmt.Errorf("%s: %w", name, err)}
	}
	judged, err := history.Judge(recorded.Run, f.model)
	if err != nil {
		return nil, err
	}
	cell := results.Cell{Replay: commandLine([]string{"check", name, "--model", f.model})}
	for i := range judged {
		verdict := judged[i].Verdict
		if legend := recorded.Legend(&verdict.Witness); legend != "" {
			verdict.Witness.Text += "; " + legend
		}
		cell.Reports = append(cell.Reports, verdict)
		cell.Measures = results.MergeMeasures(cell.Measures, judged[i].Measures)
	}
	if cell.Outcomes, err = guarantees(&cell); err != nil {
		return nil, err
	}
	title := fmt.Sprintf("%d ops, judged as %s", len(recorded.Run.History.Ops), f.model)
	return &results.Run{
		Scenario: name, Title: title, Engine: scenarios.Engine, Imported: true,
		Cells: []results.Cell{cell},
	}, nil
}

// guarantees expects of every verdict that it passes.
func guarantees(cell *results.Cell) ([]results.Outcome, error) {
	var all []results.Outcome
	for i := range cell.Reports {
		claim, err := results.ParseClaim(cell.Reports[i].Checker)
		if err != nil {
			return nil, err
		}
		o := results.Outcome{Expectation: i, Mode: results.Always, Claim: claim.Name, Checker: claim.Name}
		o.Truth, o.Why, o.Witness = claim.Truth(cell.Measures, cell.Reports)
		if cell.Reports[i].Result == checks.Vacuous {
			o.Truth = results.Silent
		}
		all = append(all, o)
	}
	return all, nil
}

func openHistory(name string) (io.ReadCloser, error) {
	if name == "-" {
		return os.Stdin, nil
	}
	return openFile(name)
}
