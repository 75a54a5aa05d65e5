import KVMEvents
import KVMTimeline
import TraceChecks

extension SummaryReport {
  /// Writes tables for people.
  public func writeTable(to sink: ByteSink, style: TextStyle) {
    for (index, facts) in results.traces.enumerated() {
      if index > 0 { sink.write("\n") }
      write(facts, to: sink, style)
      let own = vcpus.filter { $0.trace == index && $0.merged == nil }
      if own.isEmpty && !isMerged { sink.write("\n  no vCPU runs in it\n") }
      for vcpu in own { write(vcpu, to: sink, style) }
    }
    for vcpu in vcpus where vcpu.merged != nil { write(vcpu, to: sink, style) }
    style.writeUnreadable(results.unreadable, to: sink)
    writeVerdict(to: sink, style)
  }

  private func write(_ facts: TraceFacts, to sink: ByteSink, _ style: TextStyle) {
    sink.write(style.bold(Printable.escaped(facts.path)) + "\n")
    for line in style.wrapped(Words.facts(facts), margin: "  ") { sink.write(line + "\n") }
    for line in style.wrapped(Words.extent(facts), margin: "  ") { sink.write(line + "\n") }
    if let loss = Words.loss(facts) { sink.write("  " + style.doubtful(loss) + "\n") }
    if !facts.damage.isEmpty {
      let parts = Quantity.counted(UInt64(facts.damage.count), "damaged part")
      sink.write("  " + style.bad(parts) + " skipped: `kvmscope info` says which\n")
    }
  }

  private func write(_ vcpu: VCPUSummary, to sink: ByteSink, _ style: TextStyle) {
    let unit = unit(of: vcpu)
    let span = vcpu.end &- vcpu.begin
    var title =
      vcpu.merged.map { Quantity.counted($0, "vCPU") }
      ?? Words.vcpu(vcpu.identity, comm: vcpu.comm)
    if let isa = vcpu.isa { title += " · " + isa.name }
    title += " · " + Quantity.duration(span, unit) + (unit == .ticks ? " ticks" : "")
    sink.write("\n" + style.bold(title) + "\n")
    for line in counters(vcpu) {
      for part in style.wrapped(line, margin: "  ") { sink.write(part + "\n") }
    }
    if let trips = vcpu.roundTripStatistics { write(trips, unit, to: sink, style) }
    writeStates(vcpu, span: span, unit, to: sink, style)
    writeExits(vcpu, unit, to: sink, style)
  }

  /// The counts as sentences, without those that say nothing.
  private func counters(_ vcpu: VCPUSummary) -> [String] {
    var line = Quantity.counted(vcpu.entries, "entry", plural: "entries")
    if vcpu.entriesFailed > 0 {
      line += " (\(Quantity.grouped(vcpu.entriesFailed)) never reached the guest)"
    }
    line += " · " + Quantity.counted(vcpu.exits, "exit")
    guard vcpu.l2Exits > 0 || vcpu.nestedEntries > 0 || vcpu.l2ExitsSynthesized > 0 else {
      return [line]
    }
    var nested = Quantity.counted(vcpu.nestedEntries, "entry", plural: "entries") + " into L2"
    nested += " · " + Quantity.counted(vcpu.l2Exits, "exit") + " of L2"
    nested += ", \(Quantity.grouped(vcpu.l2ExitsReflected)) reflected to L1"
    if vcpu.l2ExitsSynthesized > 0 {
      nested += " · " + Quantity.counted(vcpu.l2ExitsSynthesized, "synthesized exit")
    }
    if let multiplication = vcpu.exitMultiplication {
      nested += " · each reflected exit costs " + Quantity.fixed(multiplication, 2) + " exits"
    }
    return [line, nested]
  }

  /// From an exit of L2 through L1 and back, and what L1 exits for on the way.
  private func write(
    _ trips: RoundTripStatistics, _ unit: TimeUnit, to sink: ByteSink, _ style: TextStyle
  ) {
    func time(_ value: UInt64) -> String { Quantity.duration(value, unit) }
    var line = Quantity.counted(trips.count, "round trip") + " L2 → L1 → L2: "
    line += "mean \(time(trips.time.roundedMean)), p50 \(time(trips.time.p50)), "
    line += "p99 \(time(trips.time.p99)), max \(time(trips.time.max))"
    let most = trips.exits.prefix(4).map { row in
      Quantity.fixed(Double(row.count) / Double(trips.count), 2) + " " + row.exit.label
    }
    if !most.isEmpty { line += " · L1 exits on the way: " + most.joined(separator: ", ") }
    for part in style.wrapped(line, margin: "  ") { sink.write(part + "\n") }
  }

  /// States down, levels across.
  private func writeStates(
    _ vcpu: VCPUSummary, span: UInt64, _ unit: TimeUnit, to sink: ByteSink, _ style: TextStyle
  ) {
    let levels = [GuestLevel.l1, .l2, .unknown].filter { level in
      vcpu.states.contains { $0.level == level }
    }
    guard !levels.isEmpty else { return }
    var table = Table(
      [.text("state")]
        + levels.flatMap { level in
          [.number(level == .unknown ? "level unknown" : "at " + level.name), .number("")]
        }
        + (levels.count > 1 ? [.number("all levels", leaveOut: 1), .number("", leaveOut: 2)] : []))
    func add(_ name: String, _ states: [StateTotal]) {
      func cells(_ states: [StateTotal]) -> [String] {
        guard !states.isEmpty else { return ["", ""] }
        let total = states.reduce(UInt64(0)) { $0 &+ $1.total }
        return [Quantity.duration(total, unit), Quantity.percent(total, of: span)]
      }
      table.add(
        [name] + levels.flatMap { level in cells(states.filter { $0.level == level }) }
          + (levels.count > 1 ? cells(states) : []))
    }
    for state in VCPUState.allCases {
      let totals = vcpu.states.filter { $0.state == state }
      if !totals.isEmpty { add(state.name, totals) }
    }
    if levels.count > 1 { add("all states", vcpu.states) }
    sink.write("\n")
    table.write(to: sink, style: style)
  }

  private func writeExits(
    _ vcpu: VCPUSummary, _ unit: TimeUnit, to sink: ByteSink, _ style: TextStyle
  ) {
    guard !vcpu.exitReasons.isEmpty else { return }
    var table = Table([
      .text("exit of"), .text("reason", isFlexible: true), .text("by"), .number("count"),
      .number("total"), .number("mean", leaveOut: 0), .number("p50", leaveOut: 1), .number("p99"),
      .number("max", leaveOut: 2), .number("on CPU", leaveOut: 3),
    ])
    for row in vcpu.exitReasons {
      func cell(_ value: UInt64?) -> String { value.map { Quantity.duration($0, unit) } ?? "–" }
      table.add([
        row.level == .unknown ? "?" : row.level.name, row.exit.label, row.handledBy.name,
        Quantity.grouped(row.count), cell(row.handling?.total), cell(row.handling?.roundedMean),
        cell(row.handling?.p50), cell(row.handling?.p99), cell(row.handling?.max),
        cell(row.handlingOnCPU?.total),
      ])
    }
    sink.write("\n")
    table.write(to: sink, style: style)
  }

  private func writeVerdict(to sink: ByteSink, _ style: TextStyle) {
    sink.write(
      "\n" + style.verdict(results.verdict) + "  " + Words.counts(findings.bySeverity) + "\n")
    for (check, counts) in findings.inOrder {
      let times = counts.count > 1 ? " × " + Quantity.grouped(counts.count) : ""
      sink.write(
        "  " + style.severity(counts.worst) + "  " + Printable.escaped(check) + times + "\n")
    }
  }
}
