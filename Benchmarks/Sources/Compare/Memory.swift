import Foundation

/// The memory that `summary` takes, looked at while it runs: in a run of its own, which is not timed.
struct Memory: Codable {
  let input: String
  /// The most that one of the looks found, in KiB: memory of the process alone (RssAnon).
  let anonymousKiB: Int
  /// The kernel's own mark of the most that was resident, pages of files included (VmHWM), in KiB.
  let residentKiB: Int
  /// 64 MiB, and 64 KiB for each CPU stream and vCPU.
  let limitKiB: Int
  let looks: Int

  var isMet: Bool { anonymousKiB <= limitKiB }

  init?(of input: String, _ facts: Facts, _ settings: Settings) {
    var (anonymous, resident, looks) = (0, 0, 0)
    let command = Command(settings.kvmscope, ["summary", input])
    _ = try? command.run(.dropped, in: settings.directory) { process in
      guard
        let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
        let now = number(behind: "RssAnon:\t", in: status)
      else { return }
      anonymous = max(anonymous, now)
      resident = max(resident, number(behind: "VmHWM:\t", in: status) ?? 0)
      looks += 1
    }
    guard looks > 0 else { return nil }
    self.input = input
    anonymousKiB = anonymous
    residentKiB = resident
    limitKiB = (64 << 10) + 64 * (facts.streams + facts.vcpus)
    self.looks = looks
  }
}
