import KVMScope
import KVMTimeline
import Testing
import TraceChecks
import TraceTestSupport

/// A trace.dat and a perf.data of the same test are two runs of it: what is found is the same.
struct PerfFormTests {
  /// perf.data fixtures that have a trace.dat beside them.
  static let pairs: [String] = Fixture.perfDataNames.compactMap { name in
    let test = String(name.dropFirst("perf-data/".count).dropLast(".perf.data".count))
    return Fixture.traceDatNames.contains("trace-dat/\(test).dat") ? test : nil
  }

  @Test func thereArePairs() {
    #expect(Self.pairs.count >= 7)
  }

  @Test("the same findings and verdict", arguments: pairs)
  func findings(test: String) throws {
    let results = try ["trace-dat/\(test).dat", "perf-data/\(test).perf.data"].map {
      try Analysis.check([Fixture.path($0)]).checks
    }
    #expect(results[0].verdict == results[1].verdict)
    #expect(results[0].findings.map(\.check) == results[1].findings.map(\.check))
    #expect(results[0].findings.map(\.severity) == results[1].findings.map(\.severity))
    #expect(results[0].notJudged.count == results[1].notJudged.count)
    #expect(results[0].capabilities.map(\.name) == results[1].capabilities.map(\.name))
    // The process is known from a perf.data alone.
    #expect(results[1].findings.allSatisfy { $0.identity == nil || $0.identity?.vm != nil })
    #expect(results[1].findings.allSatisfy { $0.identity == nil || $0.evidence.count > 3 })
  }

  @Test("all vCPUs belong to a VM", arguments: Fixture.perfDataNames)
  func processes(name: String) throws {
    let results = try Analysis.summarize([Fixture.path(name)])
    #expect(results.vcpus.allSatisfy { $0.identity.vm != nil })
    #expect(!results.vcpus.isEmpty)
    #expect(results.checks.traces.allSatisfy { $0.damage.isEmpty && $0.lostGaps == 0 })
  }

  @Test("times and CPUs are those of the samples", arguments: Fixture.perfDataNames)
  func places(name: String) throws {
    var cpus: Set<Int> = []
    var times: [UInt64] = []
    let results = try Analysis.timeline(Fixture.path(name)) { interval, _ in
      cpus.insert(interval.cpu)
      times += [interval.begin, interval.end]
    }
    let begin = try #require(results.trace.begin)
    let end = try #require(results.trace.end)
    #expect(times.allSatisfy { begin <= $0 && $0 <= end })
    #expect(!times.isEmpty)
    #expect(cpus.allSatisfy { 0 <= $0 && $0 < results.trace.cpus })
  }

  /// All members of `perf record -e '{…,…}:S'` but the first have no samples; an event of `-c 200` has few.
  @Test(
    "an event that was not recorded each time is named, and what needs it is not judged",
    arguments: [(0, "events_only_counted"), (200, "events_only_sampled")] as [(UInt8, String)])
  func countedOnly(period: UInt8, property: String) throws {
    var bytes = try Fixture.bytes("perf-data/vmx-6.1-fixed/invalid_l2-mode2.perf.data")
    func word(_ at: Int) -> Int { (0..<8).reduce(0) { $0 | Int(bytes[at + $1]) << ($1 * 8) } }
    // The attribute of kvm_nested_vmexit, by the number of its event.
    let attributes = stride(from: word(24), to: word(24) + word(32), by: word(16))
    let place = try #require(attributes.first { bytes[$0] == 2 && word($0 + 8) == 1444 })
    func info(_ path: String) throws -> TraceInfo { Analysis.info(try TraceInput(path: path)) }
    let plain = try TemporaryFile(bytes)
    #expect(try Analysis.check([plain.path]).checks.verdict == .pass)
    #expect(try !info(plain.path).properties.contains { $0.name.hasPrefix("events_only") })
    bytes[place + 16] = period
    let patched = try TemporaryFile(bytes)
    #expect(try Analysis.check([patched.path]).checks.verdict == .inconclusive)
    let properties = try info(patched.path).properties.filter { $0.name.hasPrefix("events_only") }
    #expect(properties == [TraceProperty(name: property, value: "kvm:kvm_nested_vmexit")])
  }
}
