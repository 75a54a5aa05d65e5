import Foundation
import TraceTestSupport

/// The rules files that the project ships.
enum ShippedRules {
  /// Their paths, from the top of the repository.
  static func paths() throws -> [String] {
    let directory = Repository.root.appendingPathComponent("rules")
    return try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted().map {
      "rules/" + $0
    }
  }
}
