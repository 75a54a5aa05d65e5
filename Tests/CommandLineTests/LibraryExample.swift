import KVMScope
import TraceChecks

/// The example of the README, compiled; a test compares the two line by line.
enum LibraryExample {
  static func run() throws {
    let results = try Analysis.check(["trace.dat"])
    for finding in results.checks.findings where finding.severity == .error {
      print(finding.check, finding.message)
    }
  }
}
