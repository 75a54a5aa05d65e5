import Foundation
import Testing

/// Traces of all kinds through pipes: as they are, packed, cut, and while they are still written.
@Suite struct PipeTests {
  static let traces = [
    "trace-dat/vmx-6.1-unfixed/invalid_l2-mode3.dat",
    "trace-dat/vmx-6.1-fixed/invalid_l2-mode2-v6.dat", "trace-dat/containers/s7zlib.dat",
    "perf-data/vmx-6.1-unfixed/vmx_invalid_nested_guest_state.perf.data",
    "perf-data/containers/pipe.perf.data", "perf-data/containers/zstd.perf.data",
    "trace-dat/vmx-6.1-unfixed/invalid_l2-mode3.report.zst",
    "perf-data/vmx-6.1-unfixed/invalid_l2-mode2.script.zst",
  ].map { "fixtures/" + $0 }

  /// Ways to standard input; `$F` is the file.
  static let ways = [
    "cat $F", "gzip -c $F", "gzip -c $F | gzip -c",
    "(head -c 5000 $F | gzip -c; tail -c +5001 $F | gzip -c)",
    "(gzip -c $F; head -c 300 /dev/zero)", "(head -c 1 $F; sleep 0.1; tail -c +2 $F)",
    "dd if=$F bs=7 2>/dev/null",
  ]

  @Test("standard input gives what the file gives", arguments: traces)
  func standardInput(_ trace: String) throws {
    let commands = ["timeline --format csv", "check --format csv"]
    for command in commands {
      let direct = try Tool.shell("kvmscope \(command) \(trace)")
      #expect(!direct.output.isEmpty)
      for way in Self.ways {
        let piped = try Tool.shell("F=\(trace); \(way) | kvmscope \(command) -")
        #expect(piped.code == direct.code, "\(way)")
        #expect(
          piped.output.replacing(" - < FILE", with: " -")
            == direct.output.replacing(trace, with: "-"),
          "\(way)")
        #expect(piped.errors == direct.errors, "\(way)")
      }
    }
  }

  @Test("what is packed and cut, or damaged, is said where", arguments: traces)
  func damaged(_ trace: String) throws {
    let size = "$(($(gzip -c \(trace) | wc -c) * 3 / 4))"
    let cut = try Tool.shell("gzip -c \(trace) | head -c \(size) | kvmscope check -")
    #expect([1, 2, 65].contains(cut.code))
    #expect(cut.errors.contains("the packed data end in the middle"))
    let torn = try Tool.shell(
      "(gzip -c \(trace) | head -c \(size); head -c 60 /dev/zero) | kvmscope check -")
    #expect([1, 2, 65].contains(torn.code))
    #expect(torn.errors.hasPrefix("kvmscope: -: at offset "))
  }

  @Test("the unpackers that are left to others are named")
  func otherPackings() throws {
    for (magic, tool) in [("\\3757zXZ\\000aaaaaaaaaa", "unxz"), ("BZh91AY&SYaaaaaaaa", "bunzip2")] {
      let outcome = try Tool.shell("printf '\(magic)' | kvmscope check -")
      #expect(outcome.code == 65)
      #expect(outcome.errors.contains("`\(tool) -c FILE | kvmscope check -`"))
    }
  }

  @Test("what cannot be moved in time, and cannot be looked at before, is left out and said")
  func movedBelowZero() throws {
    let events = (0..<5).map {
      "      invalid_l2-537   [000]   11\($0).217849: kvm_entry:             vcpu 0 rip 0x41165\n"
    }.joined()
    for command in ["events", "timeline"] {
      let outcome = try Tool.shell("printf '\(events)' | kvmscope \(command) --ts-offset=-112 -")
      #expect(outcome.code == 0)
      #expect(outcome.errors.contains("--ts-offset=-112.000000000 moves"), "\(outcome.errors)")
      #expect(outcome.errors.contains("at 110.217849000, below 0"), "\(outcome.errors)")
      #expect(!outcome.output.contains("kvm_entry") || command == "events")
    }
    let outcome = try Tool.shell("printf '\(events)' | kvmscope events --ts-offset=-112 -")
    #expect(outcome.output.contains("[2 EVENTS DROPPED]"), "\(outcome.output)")
    #expect(outcome.output.split(separator: "\n").filter { $0.contains("kvm_entry") }.count == 3)
    // Where everything is read before anything is judged, it is refused.
    let check = try Tool.shell("printf '\(events)' | kvmscope check --ts-offset=-112 -")
    #expect(check.code == 65 && check.output.isEmpty)
    #expect(check.errors.contains("the least offset possible is -110.217849000"))
  }

  @Test("how to see more of standard input is a command that can be run")
  func showStandardInput() throws {
    let outcome = try Tool.shell("kvmscope check - < \(Recording.bug)")
    let more = outcome.output.split(separator: "\n").filter { $0.contains("more  kvmscope") }
    #expect(!more.isEmpty)
    for line in more {
      #expect(line.hasSuffix(" - < FILE"))
      let command = line.drop { $0 == " " }.dropFirst(4)
      let shown = try Tool.shell(String(command.dropLast(4)) + Recording.bug)
      #expect(shown.code == 0 && !shown.output.isEmpty, "\(shown.errors)")
    }
  }

  @Test("a log cut in the middle of a line") func cutLine() throws {
    let text = "zstdcat fixtures/trace-dat/vmx-6.1-unfixed/invalid_l2-mode3.report.zst"
    guard try Tool.shell("command -v zstdcat").code == 0 else { return }
    let outcome = try Tool.shell("\(text) | head -c 60001 | kvmscope check -")
    #expect(outcome.code == 1)
    #expect(outcome.errors.contains("the last line has no end: it is not read"))
  }

  /// Writes a part of a log, and nothing more.
  private static func interrupt(
    _ arguments: [String], after bytes: Data
  ) throws -> (code: Int32, output: String, errors: String, seconds: Double) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Tool.path)
    process.arguments = arguments
    let (input, output, errors) = (Pipe(), Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: bytes)
    // Until it waits for more: a program that reads from an empty pipe sleeps.
    let state = {
      (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/wchan", encoding: .utf8))
        ?? ""
    }
    for _ in 0..<100 where !state().contains("pipe") { usleep(50_000) }
    usleep(300_000)
    let begin = ProcessInfo.processInfo.systemUptime
    process.interrupt()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    let said = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let seconds = ProcessInfo.processInfo.systemUptime - begin
    try input.fileHandleForWriting.close()
    return (
      process.terminationStatus, String(decoding: text, as: UTF8.self),
      String(decoding: said, as: UTF8.self), seconds
    )
  }

  @Test(
    "Ctrl-C prints the results so far of a log that is still written",
    arguments: ["check", "summary", "timeline", "events", "info"])
  func interrupted(_ command: String) throws {
    let head = "      invalid_l2-537   [000]   111.2178"
    let log = [
      "\(head)49: kvm_entry: vcpu 0, rip 0x1",
      "\(head)50: kvm_exit: vcpu 0 reason HLT rip 0x1 info 0 0",
      "\(head)51: kvm_entry: vcpu 0, rip 0x2", "\(head)52: kvm_ex",
    ].joined(separator: "\n")
    let outcome = try Self.interrupt([command, "-"], after: Data(log.utf8))
    #expect(outcome.code == 130)
    #expect(outcome.output.contains(command == "check" ? "PASS" : "537") || command == "info")
    #expect(!outcome.output.isEmpty)
    #expect(outcome.errors.contains("interrupted"))
    #expect(outcome.seconds < 1)
  }
}
