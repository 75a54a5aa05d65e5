public import TraceChecks

/// What checks mean: the report of `explain`.
public struct ExplainReport {
  let checks: [CheckDescription]

  /// Prepares the report; nothing is written yet.
  public init(_ checks: [CheckDescription]) { self.checks = checks }

  /// Writes one line for each check, then one for each number that can be set.
  public func writeList(to sink: ByteSink, style: TextStyle) {
    var table = Table([
      .text("check"), .text("severity"), .text("default"), .text("meaning", isFlexible: true),
    ])
    for check in checks {
      table.add([
        check.id, check.severity.name, check.isOnByDefault ? "on" : "off", check.title,
      ])
    }
    table.write(to: sink, style: style)
    guard checks.contains(where: { !$0.options.isEmpty }) else { return }
    sink.write("\n")
    var options = Table([
      .text("option"), .text("default"), .text("meaning", isFlexible: true),
    ])
    for check in checks {
      for option in check.options {
        options.add([
          "\(check.id).\(option.name)", option.text(option.standard), option.meaning,
        ])
      }
    }
    options.write(to: sink, style: style)
  }

  /// Writes a page for each check.
  public func writeText(to sink: ByteSink, style: TextStyle) {
    for (index, check) in checks.enumerated() {
      if index > 0 { sink.write("\n\n") }
      write(check, to: sink, style)
    }
  }

  private func write(_ check: CheckDescription, to sink: ByteSink, _ style: TextStyle) {
    func lines(_ text: String, margin: String = "  ", bullet: String = "") {
      for (index, line) in style.wrapped(
        text, margin: margin + String(repeating: " ", count: bullet.count)
      )
      .enumerated() {
        sink.write((index == 0 ? margin + bullet + line.drop { $0 == " " } : line) + "\n")
      }
    }
    sink.write(style.bold(check.id) + "  " + style.severity(check.severity))
    if !check.isOnByDefault { sink.write(", off by default") }
    sink.write("\n\n")
    lines(check.title + ".")
    if let note = check.severityNote {
      sink.write("\n")
      lines("Severity: \(check.severity.name); \(note).")
    }
    for paragraph in check.meaning {
      sink.write("\n")
      lines(paragraph)
    }
    sink.write("\n" + style.bold("What it looks like") + "\n\n")
    for line in check.pattern { sink.write(line.isEmpty ? "\n" : "    " + line + "\n") }
    if !check.guards.isEmpty {
      sink.write("\n" + style.bold("What keeps it silent") + "\n\n")
      for guarded in check.guards { lines(guarded, bullet: "- ") }
    }
    if !check.options.isEmpty {
      sink.write("\n" + style.bold("Options") + "\n\n")
      for option in check.options {
        lines(
          option.meaning, bullet: "\(check.id).\(option.name)=\(option.text(option.standard))  ")
      }
    }
    if !check.commits.isEmpty {
      sink.write("\n" + style.bold("Kernel commits") + "\n\n")
      for commit in check.commits { lines(commit.summary, bullet: commit.hash + "  ") }
    }
    sink.write("\n" + style.bold("What to do") + "\n\n")
    for step in check.advice { lines(step, bullet: "- ") }
  }

  /// Writes `kvmscope/explain/v1`.
  public func writeJSON(to sink: ByteSink) {
    let json = JSONWriter(sink)
    json.object {
      json.member("schema", "kvmscope/explain/v1")
      json.array("checks", checks) { check in
        json.object {
          json.member("check", check.id)
          json.member("severity", check.severity.name)
          json.member("severity_note", check.severityNote)
          json.member("group", check.group.rawValue)
          json.member("on_by_default", check.isOnByDefault)
          json.member("title", check.title)
          json.array("meaning", check.meaning) { json.string($0) }
          json.array("pattern", check.pattern) { json.string($0) }
          json.array("guards", check.guards) { json.string($0) }
          json.array("options", check.options) { option in
            json.object(inline: true) {
              json.member("name", option.name)
              json.member("kind", option.kind.rawValue)
              json.member("default", option.text(option.standard))
              json.member("meaning", option.meaning)
            }
          }
          json.array("commits", check.commits) { commit in
            json.object(inline: true) {
              json.member("hash", commit.hash)
              json.member("summary", commit.summary)
            }
          }
          json.array("advice", check.advice) { json.string($0) }
        }
      }
    }
  }
}
