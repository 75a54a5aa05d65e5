import Foundation

/// What `make bench` hands over, by environment variables.
struct Settings {
  /// The repository.
  let root: URL
  /// Inputs and peers are kept here.
  let directory: URL
  /// Results go here, with `.md` and `.json` added.
  let results: String
  let kvmscope: String
  let bareWalk: String
  /// The peers' C sources; may not be there.
  let peers: URL
  /// `grow-trace` and `grow-perf`; may not be there.
  let tools: URL
  /// Recordings too large for the repository; may not be there.
  let traces: URL
  /// Rounds: in each every tool has one turn.
  let runs: Int
  /// A smoke test: small inputs, whose figures mean nothing.
  let isQuick: Bool

  init(_ environment: [String: String] = ProcessInfo.processInfo.environment) throws {
    func value(_ name: String) throws -> String {
      guard let value = environment[name], !value.isEmpty else {
        throw Failure("\(name) is not set: run this by `make bench`")
      }
      return value
    }
    root = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    directory = URL(fileURLWithPath: try value("BENCH_DIR"))
    results = try value("BENCH_OUT")
    kvmscope = try value("KVMSCOPE")
    bareWalk = try value("BARE_WALK")
    peers = URL(fileURLWithPath: try value("PEERS"))
    tools = URL(fileURLWithPath: try value("TOOLS"))
    traces = URL(fileURLWithPath: try value("TRACES"))
    isQuick = !(environment["QUICK"] ?? "").isEmpty
    runs = max(1, Int(environment["RUNS"] ?? "") ?? (isQuick ? 2 : 5))
  }
}

/// Why something cannot be done.
struct Failure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
