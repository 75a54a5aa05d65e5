extension Report {
  /// The report for people.
  var markdown: String {
    var lines = ["# Speed", "", machine + ".", ""]
    if isSmokeTest {
      lines += [
        "**A smoke test: the inputs are small, and none of these figures means anything.**", "",
      ]
    }
    lines += [
      "User CPU time. All tools in turn, \(rounds) rounds, page cache warm; median, and best to worst"
        + " in brackets. Of `walk`, `kvm`, `zst`, `perfw`, `text` and the bare walk the passes but the"
        + " first are taken, as they tell them; of all else the whole process, start included. Slow"
        + " tools ran once. Every tool counted the same events as kvmscope, or is not compared; `perf"
        + " kvm` tells only the exits that it paired, and those are the same.",
      "",
      "A file that is mapped costs system time when it is touched first, one that is read costs it"
        + " with every read: the column of system time says how much.", "", "## Goals", "",
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
