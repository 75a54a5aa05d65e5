import Foundation
import KVMScope
import KVMTimeline
import Testing
import TraceBytes
import TraceChecks
import TraceTestSupport

/// Bare ring buffers give what the trace.dat gives that they come from.
struct RawDirectoryTests {
  static let recordings = [
    "trace-dat/vmx-6.1-fixed/invalid_l2-mode2-v6.dat", "trace-dat/containers/s6stack.dat",
    "trace-dat/containers/s7inst.dat", "trace-dat/containers/s7x86-tsc.dat",
  ]
  static let bug = recordings[0]

  private func lines(_ path: String) throws -> [UInt8] {
    var all: [UInt8] = []
    _ = Analysis.eventLines(try TraceInput(path: path)) { bytes in
      all += bytes.array()
      return true
    }
    return all
  }

  private func info(_ path: String) throws -> TraceInfo {
    try Analysis.info(TraceInput(path: path))
  }

  /// Everything that is said, without the name of the input.
  private func said(_ results: SummaryResults, _ path: String) -> String {
    let checks = results.checks
    let all = (
      checks.verdict, checks.findings, checks.notJudged, checks.capabilities, results.vcpus
    )
    return String(describing: all).replacingOccurrences(of: path, with: "PATH")
  }

  @Test("the same events, findings and numbers", arguments: recordings)
  func same(recording: String) throws {
    let path = Fixture.path(recording)
    try RawDirectory.with(recording) { raw in
      let results = try Analysis.check([raw.path])
      let theirs = try Analysis.check([path])
      #expect(said(results, raw.path) == said(theirs, path))
      #expect(try lines(raw.path) == lines(path))
      let (facts, known) = (results.checks.traces[0], theirs.checks.traces[0])
      #expect(facts.container == "raw")
      #expect(facts.events == known.events && facts.events > 100)
      #expect(facts.clock == known.clock && facts.timeUnit == known.timeUnit)
      #expect(facts.damage.isEmpty)
      #expect(try info(raw.path).streams.count == info(path).streams.count)
    }
  }

  @Test("per_cpu or an instance may be named itself")
  func parts() throws {
    try RawDirectory.with("trace-dat/containers/s7inst.dat") { raw in
      let all = try info(raw.path).facts.events
      let instance = try info(raw.path + "/instances/kv").facts.events
      let top = try info(raw.path + "/per_cpu").facts.events
      #expect(instance > 0 && top > 0 && instance + top == all)
    }
  }

  @Test(
    "cut anywhere: what came before is there, the rest is said to be lost",
    arguments: [1, 15, 100, 4096, 5000])
  func cut(left: Int) throws {
    try RawDirectory.with(Self.bug) { raw in
      let whole = try lines(raw.path)
      let name = "per_cpu/cpu0/trace_pipe_raw"
      try raw.write(Array(raw.bytes(name).prefix(left)), name)
      let results = try Analysis.check([raw.path])
      let facts = results.checks.traces[0]
      let some = try lines(raw.path).split(separator: UInt8(ascii: "\n"))
      let events = some.filter { $0.first != UInt8(ascii: "C") }
      #expect(whole.split(separator: UInt8(ascii: "\n")).starts(with: events))
      #expect(events.isEmpty == (left < 100))
      // A file that ends with a whole sub-buffer is one that was read to there.
      #expect(facts.damage.isEmpty == (left == 4096))
      #expect(facts.damage.allSatisfy { $0.what.hasPrefix(name + ": ") && $0.offset <= 5000 })
      #expect(facts.lostGaps == (left == 4096 ? 0 : 1))
    }
  }

  @Test("the events that are switched on are the recorded ones")
  func switches() throws {
    try RawDirectory.with(Self.bug) { raw in
      #expect(try Analysis.check([raw.path]).checks.notJudged.isEmpty)
      for event in ["kvm_entry", "kvm_exit", "kvm_emulate_insn"] {
        try raw.write(Array("1\n".utf8), "events/kvm/\(event)/enable")
      }
      for event in ["kvm_nested_vmexit", "kvm_nested_vmexit_inject"] {
        try raw.write(Array("0\n".utf8), "events/kvm/\(event)/enable")
      }
      #expect(try !Analysis.check([raw.path]).checks.notJudged.isEmpty)
      // Switched off, all of them: that says nothing of the time before.
      for event in ["kvm_entry", "kvm_exit", "kvm_emulate_insn"] {
        try raw.write(Array("0\n".utf8), "events/kvm/\(event)/enable")
      }
      #expect(try Analysis.check([raw.path]).checks.notJudged.isEmpty)
    }
  }

  /// A crash dump has the formats of everything.
  @Test("with the formats of the whole kernel, what was recorded is what is seen")
  func wholeKernel() throws {
    func more(_ raw: RawDirectory) throws {
      for system in 0..<12 {
        let text = "name: other\nID: \(9000 + system)\nformat:\n"
        try raw.write(Array(text.utf8), "events/system\(system)/other/format")
      }
    }
    // All of KVM's events, and no more of its formats are needed to see it.
    try RawDirectory.with(Self.bug) { raw in
      let results = try Analysis.check([raw.path])
      try more(raw)
      #expect(try said(Analysis.check([raw.path]), "") == said(results, ""))
    }
    // A few of them: it cannot be known that kvm_nested_vmexit was not asked for and did not happen.
    try RawDirectory.with("trace-dat/vmx-6.1-fixed/invalid_l2-mode2-fewevents.dat") { raw in
      try raw.write(
        Array("name: kvm_nested_vmexit\nID: 8000\nformat:\n".utf8),
        "events/kvm/kvm_nested_vmexit/format")
      try more(raw)
      #expect(try Analysis.check([raw.path]).checks.verdict == .inconclusive)
    }
  }

  @Test("saved_tgids tells the VM")
  func processes() throws {
    try RawDirectory.with(Self.bug) { raw in
      let thread = try #require(Analysis.check([raw.path]).vcpus.first?.identity.thread)
      try raw.write(Array("\(thread) 42\nnonsense\n".utf8), "saved_tgids")
      #expect(try Analysis.check([raw.path]).vcpus.map(\.identity.vm) == [42])
    }
  }

  @Test("what is missing is said, and is no crash")
  func missing() throws {
    func reason(_ path: String) throws -> String {
      do {
        _ = try Analysis.check([path])
        return ""
      } catch AnalysisError.notATrace(_, let reason) {
        return reason
      } catch AnalysisError.cannotOpen(_, let reason) {
        return "cannot open: " + reason
      }
    }
    try RawDirectory.with(Self.bug) { raw in
      for name in [
        "kallsyms", "printk_formats", "saved_cmdlines", "trace_clock", "events/header_event",
      ] {
        try raw.remove(name)
      }
      #expect(try reason(raw.path) == "")
      try raw.write(Array("field: u64 timestamp;".utf8), "events/header_page")
      #expect(try reason(raw.path).contains("header_page describes no ring buffer"))
      try raw.remove("events")
      #expect(try reason(raw.path).contains("no events/header_page"))
      try raw.write(Array("field: u64 timestamp;".utf8), "events/header_page")
      try raw.write([], "per_cpu/cpu0/trace_pipe_raw")
      try raw.remove("per_cpu")
      #expect(try reason(raw.path).hasPrefix("is a directory without ring buffers"))
    }
  }

  @Test("empty files are no recording")
  func empty() throws {
    try RawDirectory.with(Self.bug) { raw in
      try raw.write([], "per_cpu/cpu0/trace_pipe_raw")
      try raw.remove("kallsyms")
      #expect(throws: AnalysisError.self) { try Analysis.check([raw.path]) }
    }
  }

  @Test("a size of sub-buffers that cannot be true is not believed")
  func pageSize() throws {
    try RawDirectory.with(Self.bug) { raw in
      let whole = try lines(raw.path)
      for size in ["1", "8", "64", "0", "99999999999999999999"] {
        try raw.write(Array((size + "\n").utf8), "buffer_subbuf_size_kb")
        #expect(try lines(raw.path) == whole)
      }
    }
  }

  /// As `perf record --kcore` makes them.
  @Test("a directory of perf.data has its file in it")
  func perfDirectory() throws {
    try RawDirectory.with(Self.bug) { raw in
      try raw.remove("per_cpu")
      let name = "perf-data/vmx-6.1-fixed/invalid_l2-mode2.perf.data"
      try raw.write(Fixture.bytes(name), "data")
      #expect(
        try said(Analysis.check([raw.path]), raw.path)
          == said(Analysis.check([Fixture.path(name)]), Fixture.path(name)))
      try raw.write([1], "data.0")
      #expect(throws: AnalysisError.self) { try Analysis.check([raw.path]) }
    }
  }
}
