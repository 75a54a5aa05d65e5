extension Report {
  /// The report for people.
  var markdown: String {
    var lines = ["# Speed", "", ([machine] + tools).joined(separator: " · "), ""]
    if isSmokeTest {
      lines += [
        "**A smoke test: the inputs are small, and none of these figures means anything.**", "",
      ]
    }
    lines += [
      "All tools in turn, \(rounds) rounds after one to warm up; slow ones once. User CPU time, unless"
        + " said; median, best to worst in brackets. Of the tools in C and the bare walk the passes but"
        + " the first are taken, as they tell them: *in process*. Of all else the whole process"
        + " counts, start included. Whoever does not count the same events as kvmscope is not compared;"
        + " `perf kvm` tells only the exits that it paired, and they are held against kvmscope's.",
      "",
      "The kernel tells user from system time by its ticks: below some 50 ms a time means little. A"
        + " file that is read costs system time; one that is mapped costs some at its first pass only,"
        + " and user time, waiting for memory, at every other.", "", "## Goals", "",
    ]
    lines += Self.table(
      ["input", "kvmscope's time", "goal", "measured", "verdict", "note"],
      goals.map {
        [$0.input, $0.what, $0.goal, $0.value ?? "–", $0.verdict.rawValue, $0.note ?? ""]
      }
    )
    lines += ["", "## Times", ""]
    lines += Self.table(
      ["input", "tool", "median", "best", "worst", "unit", "system", "runs", "of", "events"],
      times.map {
        [
          $0.input, $0.tool, $0.time.median.short, $0.time.best.short, $0.time.worst.short, $0.unit,
          $0.system?.short ?? "–", "\($0.time.runs)", $0.of, $0.events.map(String.init) ?? "–",
        ]
      })
    lines += ["", "## Memory", ""]
    lines += [
      "`kvmscope summary` in runs of their own, looked at every half millisecond or so: a peak between"
        + " two looks is not seen. Resident is the kernel's own mark, pages of files included.", "",
    ]
    lines += Self.table(
      ["input", "RssAnon, KiB", "limit, KiB", "resident (VmHWM), KiB", "looks"],
      memory.map {
        [$0.input, "\($0.anonymousKiB)", "\($0.limitKiB)", "\($0.residentKiB)", "\($0.looks)"]
      })
    lines += ["", "## Inputs", ""]
    lines += Self.table(
      ["file", "what", "made by", "bytes", "sha256"],
      inputs.map { [$0.name, $0.what, "`\($0.command)`", "\($0.bytes)", "`\($0.sha256)`"] })
    if !missing.isEmpty { lines += ["", "## Not measured", ""] + missing.map { "- " + $0 } }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func table(_ head: [String], _ rows: [[String]]) -> [String] {
    func line(_ cells: [String]) -> String {
      "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
    }
    return [line(head), "|" + head.map { _ in "---|" }.joined()] + rows.map(line)
  }
}
