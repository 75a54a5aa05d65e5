import Foundation

/// The yardsticks written in C, built where their sources and libraries are there.
struct Peers {
  private let directory: URL
  /// Why some are not there.
  private(set) var missing: [String: String] = [:]

  /// What each takes to link.
  private static let libraries: [(name: String, flags: String)] = [
    ("walk", ""), ("kvm", ""), ("perfw", ""), ("text", ""), ("zst", "-lzstd -lpthread"),
    ("tc_iter", "$(pkg-config --cflags --libs libtracecmd libtraceevent libtracefs)"),
  ]

  /// Builds all of them.
  init(_ settings: Settings) throws {
    directory = settings.directory.appendingPathComponent("peers")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    for (name, flags) in Self.libraries {
      let source = settings.peers.appendingPathComponent("\(name).c")
      guard FileManager.default.fileExists(atPath: source.path) else {
        missing[name] = "its source is not in PEERS"
        continue
      }
      let outcome = try Command(
        "sh", ["-c", "${CC:-gcc} -O3 -march=native -w \"$0\" -o \(name) \(flags)", source.path]
      ).run(.kept, in: directory)
      if outcome.code != 0 { missing[name] = "it does not build here: a library is missing" }
    }
    for name in ["trace-cmd", "perf"] where Command.path(of: name) == nil {
      missing[name] = "it is not installed"
    }
    for (name, why) in missing.sorted(by: { $0.key < $1.key }) {
      say("  \(name): not there: \(why)")
    }
  }

  /// Where a peer that was built is; the name alone for the others.
  func path(_ name: String) -> String {
    Self.libraries.contains { $0.name == name }
      ? directory.appendingPathComponent(name).path : name
  }
}
