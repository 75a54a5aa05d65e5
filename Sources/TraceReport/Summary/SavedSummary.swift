import KVMEvents
import KVMTimeline
public import TraceChecks

/// Reads `kvmscope/summary/v1` as `summary` and `merge` write it.
public enum SavedSummary {
  /// Why a document is no summary.
  public struct Failure: Error, CustomStringConvertible {
    /// One sentence, with the byte where it is known.
    public let description: String
  }

  /// Whether a file's first bytes are those of a document, and not of a trace.
  public static func isDocument(_ bytes: some Sequence<UInt8>) -> Bool {
    bytes.first { ![0x20, 0x0a, 0x0d, 0x09].contains($0) } == UInt8(ascii: "{")
  }

  /// Adds up what a document says.
  public static func read(_ bytes: [UInt8]) throws(Failure) -> SummaryTotals {
    let root: JSONValue
    do throws(JSONReader.Failure) { root = try JSONReader.read(bytes) } catch {
      throw Failure(description: "at offset \(error.offset): no JSON: \(error.what)")
    }
    guard let schema = root["schema"]?.text, schema == "kvmscope/summary/v1" else {
      let found = root["schema"]?.text ?? "none"
      throw Failure(description: "the schema is \(found), expected kvmscope/summary/v1")
    }
    guard let verdict = root["verdict"]?.text.flatMap(Verdict.init(rawValue:)),
      let traces = root["traces"]?.elements, let vcpus = root["vcpus"]?.elements
    else { throw Failure(description: "a summary without verdict, traces or vcpus") }
    let facts = traces.map(self.facts)
    var summaries: [VCPUSummary] = []
    for (number, vcpu) in vcpus.enumerated() {
      summaries.append(try self.vcpu(vcpu, facts, "vcpus[\(number)]"))
    }
    return SummaryTotals(
      traces: facts, verdict: verdict, findings: try findings(root), vcpus: summaries)
  }

  private static func findings(_ root: JSONValue) throws(Failure) -> FindingCounts {
    var byCheck: [String: FindingCounts.OfCheck] = [:]
    guard case .object(let members)? = root["findings"] else {
      throw Failure(description: "a summary without findings")
    }
    for (check, count) in members {
      guard let count = count.integer else {
        throw Failure(description: "findings.\(check) is no number")
      }
      // Before it was saved with them, all that a check found was as bad as it can be.
      let name = root["worst_severity"]?[check]?.text
      let worst = Severity.allCases.first { $0.name == name }
      byCheck[check] = FindingCounts.OfCheck(
        count: count, worst: worst ?? CheckCatalogue.description(of: check)?.severity ?? .error)
    }
    var bySeverity: [Severity: UInt64] = [:]
    for severity in Severity.allCases {
      bySeverity[severity] = root["findings_by_severity"]?[severity.name]?.integer ?? 0
    }
    return FindingCounts(byCheck: byCheck, bySeverity: bySeverity)
  }

  private static func facts(_ value: JSONValue) -> TraceFacts {
    var facts = TraceFacts(
      path: value["path"]?.text ?? "", container: value["container"]?.text ?? "")
    facts.clock = value["clock"]?.text
    facts.timeUnit = value["time_unit"]?.text.flatMap(TimeUnit.init(rawValue:)) ?? .nanoseconds
    facts.kernel = value["kernel"]?.text
    facts.cpus = Int(clamping: value["cpus"]?.integer ?? 0)
    facts.events = value["events"]?.integer ?? 0
    facts.lostEvents = value["lost_events"]?.integer
    facts.lostGaps = value["lost_gaps"]?.integer ?? 0
    facts.begin = time("begin", value, facts.timeUnit)?.integer
    facts.end = time("end", value, facts.timeUnit)?.integer
    facts.damage = (value["damage"]?.elements ?? []).map {
      Damage(offset: $0["offset"]?.integer ?? 0, what: $0["what"]?.text ?? "")
    }
    return facts
  }

  private static func time(_ key: String, _ value: JSONValue, _ unit: TimeUnit) -> JSONValue? {
    value[key + (unit == .ticks ? "_ticks" : "_ns")]
  }

  private static func vcpu(
    _ value: JSONValue, _ traces: [TraceFacts], _ place: String
  ) throws(Failure) -> VCPUSummary {
    let unit: TimeUnit =
      value["time_unit"]?.text.flatMap(TimeUnit.init(rawValue:))
      ?? value["trace"]?.integer.flatMap { Int(exactly: $0) }.flatMap { at in
        traces.indices.contains(at) ? traces[at].timeUnit : nil
      } ?? .nanoseconds
    var vcpu = VCPUSummary(
      trace: traces.firstIndex { $0.timeUnit == unit } ?? 0,
      identity: VCPUIdentity(vcpu: nil, thread: 0, incarnation: 0))
    vcpu.isa = value["isa"]?.text.flatMap { $0 == "vmx" ? .vmx : $0 == "svm" ? .svm : nil }
    func number(_ key: String) throws(Failure) -> UInt64 {
      guard let number = value[key]?.integer else {
        throw Failure(
          description: "\(place) has no number '\(key)': written by an older kvmscope, or cut")
      }
      return number
    }
    vcpu.merged = value["merged"]?.integer
    if vcpu.merged != nil {
      vcpu.end = time("span", value, unit)?.integer ?? 0
    } else {
      vcpu.begin = time("begin", value, unit)?.integer ?? 0
      vcpu.end = max(vcpu.begin, time("end", value, unit)?.integer ?? 0)
    }
    vcpu.entries = try number("entries")
    vcpu.entriesFailed = try number("entries_failed")
    vcpu.exits = try number("exits")
    vcpu.l2Exits = try number("l2_exits")
    vcpu.l2ExitsReflected = try number("l2_exits_reflected")
    vcpu.l2ExitsSynthesized = try number("l2_exits_synthesized")
    vcpu.nestedEntries = try number("nested_entries")
    if let trips = value["round_trips"], let count = trips["count"] {
      guard let count = count.integer else {
        throw Failure(description: "\(place) has round trips without a count")
      }
      vcpu.roundTrips = count
      var exits: [(exit: ExitCode, count: UInt64)] = []
      for row in trips["l1_exits"]?.elements ?? [] {
        guard let code = row["code"]?.integer, let count = row["count"]?.integer else {
          throw Failure(description: "\(place) has round trips with an exit without code or count")
        }
        exits.append((ExitCode(raw: code, isa: vcpu.isa), count))
      }
      vcpu.roundTripStatistics = RoundTripStatistics(
        try durations("time", trips, unit, place), exits: exits)
    }
    vcpu.roundTripExits = try number("round_trip_exits")
    for state in value["states"]?.elements ?? [] {
      guard let name = state["state"]?.text,
        let kind = VCPUState.allCases.first(where: { $0.name == name }),
        let total = time("total", state, unit)?.integer, let count = state["count"]?.integer
      else { throw Failure(description: "\(place) has a state that is none") }
      vcpu.states.append(
        StateTotal(state: kind, level: level(state), count: count, total: total))
    }
    for row in value["exit_reasons"]?.elements ?? [] {
      vcpu.exitReasons.append(try self.row(row, vcpu.isa, unit, place))
    }
    return vcpu
  }

  private static func level(_ value: JSONValue) -> GuestLevel {
    let name = value["level"]?.text
    return GuestLevel.allCases.first { $0.name == name } ?? .unknown
  }

  private static func row(
    _ value: JSONValue, _ isa: ISA?, _ unit: TimeUnit, _ place: String
  ) throws(Failure) -> ExitStatistics {
    guard let code = value["code"]?.integer, let count = value["count"]?.integer,
      let answered = value["answered"]?.integer
    else { throw Failure(description: "\(place) has an exit reason without code or count") }
    let flag: UInt64 = value["failed_entry"]?.truth == true && isa == .vmx ? 0x8000_0000 : 0
    return ExitStatistics(
      level: level(value), exit: ExitCode(raw: code | flag, isa: isa),
      handledBy: value["handled_by"]?.text == Handler.l1.name ? .l1 : .l0, count: count,
      answered: answered, handling: try durations("handling", value, unit, place),
      handlingOnCPU: try durations("handling_on_cpu", value, unit, place))
  }

  private static func durations(
    _ key: String, _ value: JSONValue, _ unit: TimeUnit, _ place: String
  ) throws(Failure) -> DurationDistribution {
    guard let item = time(key, value, unit) else { return DurationDistribution() }
    if case .null = item { return DurationDistribution() }
    guard let total = item["total"]?.integer, let min = item["min"]?.integer,
      let max = item["max"]?.integer, let pairs = item["histogram"]?.elements
    else {
      throw Failure(description: "\(place) has no histogram: written by an older kvmscope")
    }
    var buckets: [DurationDistribution.Bucket] = []
    for pair in pairs {
      guard let highest = pair.elements?.first?.integer, let count = pair.elements?.last?.integer,
        count > 0, highest > buckets.last?.highest ?? 0 || buckets.isEmpty
      else { throw Failure(description: "\(place) has a histogram out of order") }
      buckets.append(.init(highest: highest, count: count))
    }
    return DurationDistribution(total: total, min: min, max: max, buckets: buckets)
  }
}
