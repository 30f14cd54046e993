package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"simrun/checks"
	"simrun/reports"
	"simrun/results"
	"simrun/scenarios"
)

// showFlags say what to show.
type showFlags struct {
	fields, counters, metrics, targets bool
}

func showCommand(c *console) *cobra.Command {
	var f showFlags
	cmd := &cobra.Command{
		Use:   "show [NAME|FILE]",
		Short: "Show a scenario's file, or what a scenario may say",
		Example: `  simrun show quorum-overlap            its file, with what to look for
  simrun show quorum-overlap --fields   what can be changed with --set
  simrun show --counters                what a scenario can require`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: completeScenario,
		RunE:              func(_ *cobra.Command, args []string) error { return f.show(c, args) },
	}
	cmd.Flags().BoolVar(&f.fields, "fields", false, "the fields that it has or may have; without a name, all there are")
	cmd.Flags().BoolVar(&f.counters, "counters", false, "the counters that scenarios may require")
	cmd.Flags().BoolVar(&f.targets, "targets", false, "the words by which faults say whom they hit")
	cmd.Flags().BoolVar(&f.metrics, "metrics", false, "the metrics and checkers that scenarios may expect something of")
	return cmd
}

func (f *showFlags) show(c *console, args []string) error {
	switch {
	case f.targets:
		return c.align(targetRows())
	case f.counters:
		return c.align(counterRows())
	case f.metrics:
		return c.align(metricRows())
	case len(args) == 0 && f.fields:
		return c.print(fieldText(scenarios.FieldList()))
	case len(args) == 0:
		return errors.New("simrun show needs a scenario's name or a file, or one of --fields, --targets, --counters and --metrics")
	}
	found, err := find(args[0])
	if err != nil {
		return err
	}
	if !f.fields {
		return c.print(string(found.text))
	}
	plan, err := found.load(nil)
	if err != nil {
		return err
	}
	return c.print(fieldText(plan.Fields()))
}

func counterRows() [][]string {
	rows := [][]string{{"COUNTER", "MEANING"}}
	for _, counter := range scenarios.Counters() {
		rows = append(rows, []string{counter.Name, counter.Meaning})
	}
	return rows
}

func metricRows() [][]string {
	rows := [][]string{{"METRIC", "UNIT", "MEANING"}}
	for _, m := range checks.Catalogue() {
		rows = append(rows, []string{m.Name, m.Unit, m.Meaning})
	}
	rows = append(rows, []string{"", "", ""}, []string{"CHECKER", "EXPECT", "MEANING"})
	for _, checker := range checks.All() {
		rows = append(rows, []string{checker.Name, wanted(checker.Name), checker.Meaning})
	}
	return rows
}

// wanted is how often a sound store is expected to be what a checker's name says: a
// promise always, an anomaly never.
func wanted(checker string) string {
	if results.Promise(checker) {
		return "always"
	}
	return "never"
}

func targetRows() [][]string {
	rows := [][]string{{"TARGET", "MEANING"}}
	for _, t := range scenarios.Targets() {
		rows = append(rows, []string{t.Name, t.Meaning})
	}
	return rows
}

// The columns of fields, and how wide they are at most. A field or type that is wider
// moves what comes after it; a value is clipped.
const (
	typeStop    = 32
	valueStop   = 55
	widestValue = 24
)

// fieldText explains fields, each with its meaning below it.
func fieldText(fields []scenarios.Field) string {
	var out strings.Builder
	stops := []int{0, typeStop, valueStop}
	add := func(path, kind, value, meaning string) {
		out.WriteString(layOut([]string{path, kind, reports.Clip(value, widestValue)}, stops) + "\n")
		if meaning != "" {
			out.WriteString(reports.Wrap(meaning, "    ", "    ", reports.Width))
		}
	}
	add("FIELD", "TYPE", "VALUE", "MEANING")
	for i := range fields {
		f := &fields[i]
		value := f.Default
		if f.Required && value == "" {
			value = "required"
		}
		meaning := f.Doc
		if f.Unit != "" && f.Type != "duration" {
			meaning += " (" + f.Unit + ")"
		}
		if f.Type == "text" && len(strings.Join(f.Allowed, "|")) > widestType {
			meaning += ": " + strings.Join(f.Allowed, ", ")
		}
		add(f.Path, typeOf(f), value, meaning)
	}
	return out.String()
}

// widestType bounds how long a list of words may be that stands for a type.
const widestType = 40

// typeOf spells what may be written: whole number, 1 to 7.
func typeOf(f *scenarios.Field) string {
	words := strings.Join(f.Allowed, "|")
	switch {
	case words != "" && len(words) <= widestType:
		return words
	case f.Min != "" && f.Max != "":
		return fmt.Sprintf("%s, %s to %s", f.Type, f.Min, f.Max)
	case f.Min != "":
		return f.Type + ", at least " + f.Min
	case f.Max != "":
		return f.Type + ", at most " + f.Max
	}
	return f.Type
}
