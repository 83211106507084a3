// Tells the harness which specs a Ginkgo suite has and how they end: a JSON object a line.
//
// The harness compiles it into the suite's test program with -overlay, under the name of the suite's package: nothing of it
// is in the project, and it changes no spec. -harness.ginkgo=FILE is where the lines go. FILE.wanted is JSON: "log", the output
// of the process, whose size is told with each begin and end; "list", where specs are listed and not run; "focus" and "files",
// values of --ginkgo.focus and --ginkgo.focus-file, which a command line could not hold. Without the flag nothing is done. Text
// is written as its bytes, a code point each.
package suite

import (
	harnessJSON "encoding/json"
	harnessFlag "flag"
	harnessFmt "fmt"
	harnessOS "os"
	harnessReflect "reflect"
	harnessStrings "strings"

	harnessGinkgo "github.com/onsi/ginkgo/v2"
)

func init() {
	harnessFlag.String("harness.ginkgo", "", "set by the harness: what it wants of this suite")
	var wanted struct {
		Log          string
		List         bool
		Focus, Files []string
	}
	record := ""
	for _, arg := range harnessOS.Args[1:] {
		if harnessStrings.HasPrefix(arg, "-harness.ginkgo=") {
			record = harnessStrings.TrimPrefix(arg, "-harness.ginkgo=")
		}
	}
	// A process that a spec starts with the same arguments cannot open it, either.
	data, err := harnessOS.ReadFile(record + ".wanted")
	if err != nil || harnessJSON.Unmarshal(data, &wanted) != nil {
		return
	}
	log := []byte{}
	for _, c := range wanted.Log {
		log = append(log, byte(c))
	}
	quoted := func(text string) string {
		result := harnessStrings.Builder{}
		for i := 0; i < len(text); i++ {
			if c := text[i]; c >= ' ' && c < 0x7f && c != '"' && c != '\\' {
				result.WriteByte(c)
			} else {
				harnessFmt.Fprintf(&result, "\\u%04x", c)
			}
		}
		return "\"" + result.String() + "\""
	}
	write := func(event string, format string, values ...interface{}) {
		out, err := harnessOS.OpenFile(record, harnessOS.O_WRONLY|harnessOS.O_APPEND|harnessOS.O_CREATE, 0600)
		if err != nil {
			return
		}
		harnessFmt.Fprintf(out, "{\"event\":\""+event+"\""+format+"}\n", values...)
		out.Close()
	}
	textOf := func(spec harnessGinkgo.SpecReport) string {
		texts := []string{}
		for _, text := range append(append([]string{}, spec.ContainerHierarchyTexts...), spec.LeafNodeText) {
			if text != "" {
				texts = append(texts, text)
			}
		}
		return harnessStrings.Join(texts, " ")
	}
	// How a spec is known: its text, its place, and a number where several have both, in the order of the run.
	numbers := map[string]int{}
	nameOf := func(spec harnessGinkgo.SpecReport) string {
		at := spec.LeafNodeLocation
		name := harnessFmt.Sprintf(",\"text\":%s,\"file\":%s,\"line\":%d", quoted(textOf(spec)), quoted(at.FileName), at.LineNumber)
		numbers[name]++
		return harnessFmt.Sprintf("%s,\"number\":%d", name, numbers[name])
	}
	endOf := func(spec harnessGinkgo.SpecReport) string {
		most := harnessReflect.ValueOf(spec).FieldByName("MaxFlakeAttempts") // not in old versions, which have no other attempts
		flakes := !most.IsValid() || most.Int() > 1
		return harnessFmt.Sprintf(",\"state\":%s,\"message\":%s,\"attempts\":%d,\"flakes\":%t,\"seconds\":%f", quoted(spec.State.String()),
			quoted(spec.Failure.Message), spec.NumAttempts, flakes, spec.RunTime.Seconds())
	}
	isSpec := func(report harnessGinkgo.SpecReport) bool { return report.LeafNodeType.String() == "It" }
	// Ginkgo itself has decided that it does not run.
	isLeftOut := func(spec harnessGinkgo.SpecReport) bool {
		return spec.State.String() == "skipped" && spec.Failure.Message == ""
	}

	if wanted.List {
		list := func(context interface{}, report harnessGinkgo.Report) {
			synchronized := false
			for _, node := range report.SpecReports {
				synchronized = synchronized || harnessStrings.HasPrefix(node.LeafNodeType.String(), "Synchronized")
			}
			write("suite", ",\"description\":%s,\"focus\":%t,\"synchronized\":%t", quoted(report.SuiteDescription),
				report.SuiteHasProgrammaticFocus, synchronized)
			containerOf := harnessOrderedContainers(context, report)
			for i, spec := range report.SpecReports {
				if !isSpec(spec) {
					continue
				}
				labels := []string{}
				for _, label := range append(append([]string{}, report.SuiteLabels...), spec.Labels()...) {
					labels = append(labels, quoted(label))
				}
				write("spec", "%s%s,\"labels\":[%s],\"serial\":%t,\"ordered\":%s", nameOf(spec), endOf(spec),
					harnessStrings.Join(labels, ","), spec.IsSerial, quoted(containerOf(i)))
			}
			write("end", "")
		}
		harnessGinkgo.ReportAfterSuite("for the harness", func(context harnessGinkgo.SpecContext, report harnessGinkgo.Report) { list(context, report) })
		return
	}

	for _, expression := range wanted.Focus {
		harnessFlag.Set("ginkgo.focus", expression)
	}
	for _, expression := range wanted.Files {
		harnessFlag.Set("ginkgo.focus-file", expression)
	}
	size := func() int64 {
		if about, err := harnessOS.Stat(string(log)); err == nil {
			return about.Size()
		}
		return 0
	}
	running := ""
	harnessGinkgo.ReportBeforeEach(func(spec harnessGinkgo.SpecReport) {
		running = nameOf(spec)
		if !isLeftOut(spec) {
			write("begin", "%s,\"at\":%d", running, size())
		}
	})
	harnessGinkgo.ReportAfterEach(func(spec harnessGinkgo.SpecReport) {
		if !isLeftOut(spec) {
			write("finish", "%s%s,\"at\":%d", running, endOf(spec), size())
		}
	})
	harnessGinkgo.ReportAfterSuite("for the harness", func(report harnessGinkgo.Report) {
		numbers = map[string]int{}
		left, skipped := "", ""
		if report.SuiteConfig.FailFast && !report.SuiteSucceeded {
			left = "--ginkgo.fail-fast, and another spec failed"
		}
		for _, spec := range report.SpecReports {
			state, message := spec.State.String(), spec.Failure.Message
			switch {
			case !isSpec(spec) && spec.Failed():
				write("trouble", ",\"message\":%s", quoted(harnessFmt.Sprintf("%s %s: %s (%s:%d)", spec.LeafNodeType, state,
					message+spec.Failure.ForwardedPanic, spec.Failure.Location.FileName, spec.Failure.Location.LineNumber)))
			case !isSpec(spec) && state == "skipped":
				skipped = message
				left = harnessFmt.Sprintf("%s skipped the suite: %s", spec.LeafNodeType, message)
			case state == "aborted":
				left = "the suite was aborted: " + message
			}
			if isSpec(spec) {
				if name := nameOf(spec); !isLeftOut(spec) {
					write("ended", "%s%s", name, endOf(spec))
				}
			}
		}
		for _, reason := range report.SpecialSuiteFailureReasons {
			if skipped == "" || !report.SuiteSucceeded {
				write("trouble", ",\"message\":%s", quoted(reason))
			}
		}
		focus := report.SuiteHasProgrammaticFocus
		fails := focus && report.SuiteSucceeded && harnessStrings.TrimSpace(harnessOS.Getenv("GINKGO_EDITOR_INTEGRATION")) == ""
		write("end", ",\"focus\":%t,\"focus_fails\":%t,\"dry\":%t,\"left_out\":%s", focus, fails, report.SuiteConfig.DryRun, quoted(left))
	})
}

// For a spec's position in the report: its outermost ordered container, as "+ID" where the rest goes on after a failure, as
// "ID" where it does not; empty where it is in none. A container that nothing tells of is the outermost one of which all
// specs are ordered.
func harnessOrderedContainers(context interface{}, report harnessGinkgo.Report) func(int) string {
	known := harnessContainersOfTree(context)
	paths := make([][]string, len(report.SpecReports)) // of each: its containers, then itself
	specs, ordered := map[string]int{}, map[string]int{}
	for i, spec := range report.SpecReports {
		path := ""
		for j, at := range spec.ContainerHierarchyLocations {
			path += harnessFmt.Sprintf("%s:%d %q\n", at.FileName, at.LineNumber, spec.ContainerHierarchyTexts[j])
			paths[i] = append(paths[i], path)
			specs[path]++
			if spec.IsInOrderedContainer {
				ordered[path]++
			}
		}
		at := spec.LeafNodeLocation
		paths[i] = append(paths[i], path+harnessFmt.Sprintf("%s:%d %q\n", at.FileName, at.LineNumber, spec.LeafNodeText))
	}
	return func(i int) string {
		if !report.SpecReports[i].IsInOrderedContainer {
			return ""
		}
		itself := paths[i][len(paths[i])-1]
		if of := known[itself]; len(of) > 0 {
			known[itself] = of[1:]
			return of[0]
		}
		for _, path := range paths[i] {
			if specs[path] == ordered[path] {
				return path
			}
		}
		return itself
	}
}

// What Ginkgo keeps of its containers and no report says; nothing where it keeps it otherwise.
func harnessContainersOfTree(context interface{}) (known map[string][]string) {
	defer func() {
		if recover() != nil {
			known = nil
		}
	}()
	known = map[string][]string{}
	var walk func(tree harnessReflect.Value, path, container string)
	walk = func(tree harnessReflect.Value, path, container string) {
		node := tree.Elem().FieldByName("Node")
		at := node.FieldByName("CodeLocation")
		here := path + harnessFmt.Sprintf("%s:%d %q\n", at.FieldByName("FileName").String(), at.FieldByName("LineNumber").Int(),
			node.FieldByName("Text").String())
		if container == "" && node.FieldByName("MarkedOrdered").Bool() {
			container = harnessFmt.Sprint(node.FieldByName("ID").Uint())
			if node.FieldByName("MarkedContinueOnFailure").Bool() {
				container = "+" + container
			}
		}
		known[here] = append(known[here], container)
		children := tree.Elem().FieldByName("Children")
		for i := 0; i < children.Len(); i++ {
			walk(children.Index(i), here, container)
		}
	}
	roots := harnessReflect.ValueOf(context).Elem().FieldByName("suite").Elem().FieldByName("tree").Elem().FieldByName("Children")
	for i := 0; i < roots.Len(); i++ {
		walk(roots.Index(i), "", "")
	}
	return known
}
