internal import Foundation

/// The recordings that come with the sources.
public enum Fixture {
  /// The folder `fixtures` of the package.
  public static let root: String = {
    // This file is Tests/TraceTestSupport/Fixture.swift.
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(3)
    return parts.joined(separator: "/") + "/fixtures"
  }()

  /// The path of a fixture, such as `trace-dat/containers/s7inst.dat`.
  public static func path(_ name: String) -> String {
    "\(root)/\(name)"
  }

  /// The names of all trace.dat fixtures, in order; never empty.
  public static let traceDatNames: [String] = {
    let all = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    let names = all.filter { $0.hasPrefix("trace-dat/") && $0.hasSuffix(".dat") }.sorted()
    precondition(!names.isEmpty, "no fixtures in \(root)")
    return names
  }()

  /// The names of all perf.data fixtures, in order; never empty.
  public static let perfDataNames: [String] = {
    let all = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    let names = all.filter { $0.hasPrefix("perf-data/") && $0.hasSuffix(".perf.data") }.sorted()
    precondition(!names.isEmpty, "no fixtures in \(root)")
    return names
  }()

  /// The bytes of a fixture.
  public static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }
}
