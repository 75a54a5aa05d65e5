import TraceChecks

extension InfoReport {
  /// Writes it for people.
  public func writeText(to sink: ByteSink, style: TextStyle) {
    for (index, info) in infos.enumerated() {
      if index > 0 { sink.write("\n") }
      write(info, to: sink, style)
    }
    style.writeUnreadable(unreadable, to: sink)
  }

  private func write(_ info: TraceInfo, to sink: ByteSink, _ style: TextStyle) {
    sink.write(style.bold(Printable.escaped(info.facts.path)) + "\n")
    var facts = Table([.text(""), .text("", isFlexible: true)])
    facts.add(["container", info.facts.container])
    if let kernel = info.facts.kernel { facts.add(["kernel", kernel]) }
    if let clock = info.facts.clock {
      facts.add(["clock", clock + (info.facts.timeUnit == .ticks ? " (ticks)" : "")])
    }
    facts.add(["cpus", String(info.facts.cpus)])
    facts.add(["events", Words.extent(info.facts)])
    facts.add(["lost", Words.loss(info.facts) ?? "nothing"])
    for property in info.properties {
      facts.add([property.name.split(separator: "_").joined(separator: " "), property.value])
    }
    facts.write(to: sink, style: style)
    writeDamage(info, to: sink, style)
    writeStreams(info, to: sink, style)
    writeEvents(info, to: sink, style)
    writeRecords(info, to: sink, style)
    writeOptions(info, to: sink, style)
    writeComms(info, to: sink, style)
    writeCapabilities(info, to: sink, style)
  }

  private func writeDamage(_ info: TraceInfo, to sink: ByteSink, _ style: TextStyle) {
    guard !info.facts.damage.isEmpty else { return }
    sink.write("\n" + style.bad("damage") + "\n")
    for damage in info.facts.damage {
      let text = "at offset \(damage.offset): \(Printable.escaped(damage.what))"
      for line in style.wrapped(text, margin: "  ") { sink.write(line + "\n") }
    }
  }

  private func writeStreams(_ info: TraceInfo, to sink: ByteSink, _ style: TextStyle) {
    guard !info.streams.isEmpty else { return }
    let hasBuffers = info.streams.contains { $0.buffer != nil }
    var table = Table(
      (hasBuffers ? [.text("buffer", isFlexible: true)] : []) + [
        .number("cpu"), .number("bytes"), .number("offset", leaveOut: 1), .number("events"),
        .number("lost"), .text(""),
      ])
    for stream in info.streams {
      let lost =
        stream.lostGaps == 0 && stream.lostEvents == 0
        ? "0" : stream.lostEvents.map(Quantity.grouped) ?? "unknown"
      let statistics = stream.statistics.filter { $0.value != "0" }.map { "\($0.name) \($0.value)" }
        .joined(separator: ", ")
      table.add(
        (hasBuffers ? [stream.buffer ?? "(top)"] : []) + [
          String(stream.cpu), Quantity.grouped(stream.size), Quantity.grouped(stream.offset),
          Quantity.grouped(stream.events), lost, statistics,
        ])
    }
    sink.write("\n" + style.bold("CPU streams") + "\n")
    table.write(to: sink, style: style)
  }

  private func writeEvents(_ info: TraceInfo, to sink: ByteSink, _ style: TextStyle) {
    guard !info.events.isEmpty else { return }
    var table = Table([.number("count"), .text("event", isFlexible: true)])
    for event in info.events where event.count > 0 {
      table.add([Quantity.grouped(event.count), (event.system.map { $0 + ":" } ?? "") + event.name])
    }
    sink.write("\n" + style.bold("Events") + "\n")
    table.write(to: sink, style: style)
    let silent = info.events.count { $0.count == 0 }
    if silent > 0 {
      sink.write(
        "  " + Quantity.counted(UInt64(silent), "more event") + " described, none recorded\n")
    }
  }

  private func writeRecords(_ info: TraceInfo, to sink: ByteSink, _ style: TextStyle) {
    guard !info.records.isEmpty else { return }
    var table = Table([.number("count"), .text("record")])
    for record in info.records { table.add([Quantity.grouped(record.count), record.name]) }
    sink.write("\n" + style.bold("Records") + "\n")
    table.write(to: sink, style: style)
  }

  private func writeOptions(_ info: TraceInfo, to sink: ByteSink, _ style: TextStyle) {
    guard !info.options.isEmpty else { return }
    var table = Table([
      .number("id"), .text("option"), .number("bytes"), .text("", isFlexible: true),
    ])
    for option in info.options {
      table.add([
        String(option.id), option.name ?? "unknown", Quantity.grouped(option.size),
        option.text ?? "",
      ])
    }
    sink.write("\n" + style.bold("Options") + "\n")
    table.write(to: sink, style: style)
  }

  private func writeComms(_ info: TraceInfo, to sink: ByteSink, _ style: TextStyle) {
    guard !info.comms.isEmpty else { return }
    sink.write("\n" + style.bold("Threads") + "\n")
    let names = info.comms.map { Printable.escaped($0.name) + "-\($0.thread)" }
    for line in style.wrapped(names.joined(separator: "  "), margin: "  ") {
      sink.write(line + "\n")
    }
  }

  private func writeCapabilities(_ info: TraceInfo, to sink: ByteSink, _ style: TextStyle) {
    guard !info.capabilities.isEmpty else { return }
    var table = Table([.text(""), .text("")])
    for capability in info.capabilities {
      table.add([
        capability.name.split(separator: "_").joined(separator: " "),
        capability.value.map { $0 ? "yes" : "no" } ?? "cannot tell",
      ])
    }
    sink.write("\n" + style.bold("Capabilities") + "\n")
    table.write(to: sink, style: style)
  }
}
