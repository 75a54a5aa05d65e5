import Foundation
import Testing
import TraceTestSupport

/// `kvmscope events` writes the lines of `trace-cmd report -t` (3.1.6, libtraceevent 1.7.1) byte for byte, except where
/// those are wrong.
@Suite struct PeerTextTests {
  /// The recordings whose whole report is stored.
  static let recordings: [String] = {
    let directory = Repository.path(of: "fixtures/trace-dat")
    let files =
      FileManager.default.enumerator(atPath: directory)?.compactMap { $0 as? String } ?? []
    return files.filter { $0.hasSuffix(".report.zst") }
      .map { String($0.dropLast(".report.zst".count)) }.sorted()
  }()

  @Test func thereAreRecordings() {
    #expect(Self.recordings.count >= 8)
  }

  @Test(arguments: recordings) func writesTheSameLines(recording: String) throws {
    let path = "fixtures/trace-dat/" + recording
    let ours = try Tool.run(["events", path + ".dat"]).output.split(separator: "\n")
    let packed = try Data(contentsOf: Repository.root.appendingPathComponent(path + ".report.zst"))
    let theirs = try Unpacking.text(zstd: [UInt8](packed)).split(separator: "\n")
    #expect(ours.count == theirs.count)
    for (our, their) in zip(ours, theirs) where our != their {
      #expect(Self.corrected(String(their), like: String(our)) == our)
    }
  }

  /// The peer's line without the faults that are known.
  private static func corrected(_ their: String, like our: String) -> String {
    if their.contains(": kvm_nested_vmexit: ") {
      // It looks for a field of kernels up to 5.9.
      return their.replacing("<CANT FIND FIELD rip>", with: "")
    }
    if their.contains(": kvm_nested_vmenter: ") {
      // It takes `!a ? b : c ? d : e` for `(!a ? b : c) ? d : e`.
      guard their.contains("pt=n ") else { return their }
      return their.replacing("nested_cr3", with: "guest_cr3")
        .replacing("nested_eptp", with: "guest_cr3")
    }
    if their.contains(": sched_switch: ") { return withNewStates(their) }
    if their.contains("hostclock 0x1") {
      // It knows no VDSO_CLOCKMODE_TSC.
      return their.replacing("hostclock 0x1", with: "hostclock tsc")
    }
    if their.contains(": kvm_inj_exception: ") { return withException(their) }
    if their.contains(": kvm_userspace_exit: ") {
      // It compares `errno < 0` without sign, and so shows the reason of an earlier exit.
      guard our.hasSuffix("reason restart (4)") || our.hasSuffix("reason error (5)") else {
        return their
      }
      return prefix(their, before: "reason ") + our.dropFirst(prefix(our, before: "reason ").count)
    }
    if their.contains(": kvm_emulate_insn: "), our.hasSuffix(":") {
      // Without bytes of an instruction it writes those of the one before.
      return String(their.prefix(our.count))
    }
    if their.contains(": kvm_apicv_inhibit_changed: ") {
      // It takes every APICV_INHIBIT_REASON_* for 0.
      return prefix(their, before: " DISABLED")
        + our.dropFirst(prefix(their, before: " DISABLED").count)
    }
    // It knows fewer exit reasons than the kernel.
    return their.replacing("reason UNKNOWN (3) ", with: "reason INIT_SIGNAL ")
  }

  private static func prefix(_ line: String, before part: String) -> String {
    line.range(of: part).map { String(line[..<$0.lowerBound]) } ?? line
  }

  /// Its letters of states are those of kernels before 4.14.
  private static func withNewStates(_ line: String) -> String {
    guard let end = line.range(of: " ==> "),
      let begin = line[..<end.lowerBound].range(of: "] ", options: .backwards)
    else { return line }
    let new: [Character: Character] = ["Z": "X", "X": "Z", "x": "P", "W": "I"]
    let states = String(line[begin.upperBound..<end.lowerBound].map { new[$0] ?? $0 })
    return line[..<begin.upperBound] + states + line[end.lowerBound...]
  }

  /// It cannot parse the format of kernels from 6.0 on, and writes the fields.
  private static func withException(_ line: String) -> String {
    guard let fault = line.range(of: "[FAILED TO PARSE] ") else { return line }
    var values: [Substring: Int] = [:]
    for part in line[fault.upperBound...].split(separator: " ") {
      let words = part.split(separator: "=")
      guard words.count == 2 else { return line }
      values[words[0]] = Int(words[1])
    }
    let names = [
      1: "DB", 3: "BP", 6: "UD", 8: "DF", 10: "TS", 11: "NP", 12: "SS", 13: "GP", 14: "PF",
    ]
    guard let vector = values["exception"], let name = names[vector] else { return line }
    let code =
      values["has_error"] == 1 ? " (0x\(String(values["error_code"] ?? 0, radix: 16)))" : ""
    let again = values["reinjected"] == 1 ? " [reinjected]" : ""
    return line[..<fault.lowerBound] + "#" + name + code + again
  }
}
