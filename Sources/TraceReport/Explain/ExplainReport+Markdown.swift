import TraceChecks

extension ExplainReport {
  /// Writes a page in Markdown: a table of all checks by chapter, then a section for each.
  ///
  /// `docs/checks.md` is this page, for all checks.
  public func writeMarkdown(to sink: ByteSink) {
    sink.write(
      """
      # The checks

      What `kvmscope check` looks for. This page is written by `kvmscope explain --format markdown`, from the checks
      themselves; a test holds it to them. A check that is off by default speaks with `--enable ID`; its numbers are
      changed with `--set ID.OPTION=VALUE`.

      """)
    for group in CheckGroup.allCases {
      let members = checks.filter { $0.group == group }
      guard !members.isEmpty else { continue }
      sink.write(
        "\n## \(group.rawValue)\n\n| check | severity | default | meaning |\n|---|---|---|---|\n")
      for check in members {
        let severity = check.severity.name + (check.severityNote.map { " (\($0))" } ?? "")
        sink.write(
          "| [`\(check.id)`](#\(check.id)) | \(severity) | \(check.isOnByDefault ? "on" : "off") | \(check.title) |\n"
        )
      }
      for check in members { writeMarkdown(check, to: sink) }
    }
  }

  private func writeMarkdown(_ check: CheckDescription, to sink: ByteSink) {
    sink.write("\n### \(check.id)\n")
    for paragraph in check.meaning { sink.write("\n\(paragraph)\n") }
    sink.write("\n```\n")
    for line in check.pattern { sink.write(line + "\n") }
    sink.write("```\n")
    writeList("What keeps it silent", check.guards, to: sink)
    writeList(
      "Options",
      check.options.map { "`\(check.id).\($0.name)=\($0.text($0.standard))`: \($0.meaning)" },
      to: sink)
    writeList("Kernel commits", check.commits.map { "`\($0.hash)` \($0.summary)" }, to: sink)
    writeList("What to do", check.advice, to: sink)
  }

  private func writeList(_ title: String, _ items: [String], to sink: ByteSink) {
    guard !items.isEmpty else { return }
    sink.write("\n\(title):\n\n")
    for item in items { sink.write("- \(item)\n") }
  }
}
