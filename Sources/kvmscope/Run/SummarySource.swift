import ArgumentParser
import KVMScope
import TraceBytes
import TraceChecks
import TraceReport

/// Traces, or summaries that were saved: the content decides.
enum SummarySource {
  /// No summary is larger.
  private static let mostBytes = 1 << 30

  /// Adds up what inputs say, or a part of each; those that cannot be read are said, and named in `unreadable`.
  static func read(
    _ paths: [String], _ progress: ProgressBar, _ output: OutputOptions,
    _ part: AnalysisOptions = AnalysisOptions()
  ) throws -> (totals: SummaryTotals, unreadable: [UnreadableTrace]) {
    var totals = SummaryTotals()
    var unreadable: [UnreadableTrace] = []
    for path in paths {
      do throws(AnalysisError) {
        totals.add(try read(path, progress, output, part))
      } catch { unreadable.append(error.trace) }
      if HostProcess.wasInterrupted { try Run.throwIfStopped(true) }
    }
    progress.finish()
    Run.report(unreadable)
    return (totals, unreadable)
  }

  private static func read(
    _ path: String, _ progress: ProgressBar, _ output: OutputOptions, _ part: AnalysisOptions
  ) throws(AnalysisError) -> SummaryTotals {
    if let bytes = document(path) {
      do throws(SavedSummary.Failure) { return try SavedSummary.read(bytes) } catch {
        throw AnalysisError.notATrace(path: path, reason: "\(error)")
      }
    }
    var options = part
    options.progress = Run.options(progress).progress
    let results = try Analysis.summarize([path], options)
    progress.finish()
    Run.reportDamage(results.checks.traces, output)
    return SummaryTotals(results.checks, results.vcpus)
  }

  /// Whether it is a saved summary.
  static func isDocument(_ path: String) -> Bool { document(path) != nil }

  /// The bytes of a saved summary; nil for anything else, a file that cannot be read among it.
  private static func document(_ path: String) -> [UInt8]? {
    guard path != "-" else { return nil }
    do throws(FileError) {
      let file = try MappedFile(path: path)
      guard file.byteCount <= mostBytes,
        SavedSummary.isDocument(file.bytes.array(0..<min(64, file.byteCount)))
      else { return nil }
      return file.bytes.array(0..<file.byteCount)
    } catch { return nil }
  }
}
