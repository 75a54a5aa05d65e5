import Synchronization
import TraceBytes

/// A bar on standard error that shows how far reading has come.
///
/// It appears after a second, only on a terminal, and is wiped in the end.
final class ProgressBar: Sendable {
  private struct State {
    var nextUpdate: Double
    var isShown = false
  }

  private let isEnabled: Bool
  private let start: Double
  private let state: Mutex<State>

  init(_ options: OutputOptions) {
    isEnabled = !options.quiet && !options.noProgress && OutputDescriptor.standardError.isTerminal
    start = HostProcess.monotonicSeconds
    state = Mutex(State(nextUpdate: start + 1))
  }

  /// Takes note that `done` of `total` bytes are read.
  func update(done: UInt64, total: UInt64) {
    guard isEnabled, total > 0 else { return }
    let now = HostProcess.monotonicSeconds
    state.withLock { state in
      guard now >= state.nextUpdate else { return }
      state.nextUpdate = now + 0.1
      state.isShown = true
      let share = min(1, Double(done) / Double(total))
      let width = 30
      let filled = Int(share * Double(width))
      let bar =
        String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
      var text = "\r\(bar) \(Int(share * 100)) %  \(megabytes(done)) of \(megabytes(total)) MB"
      if share > 0.02 { text += "  \(Int((now - start) * (1 - share) / share) + 1) s left" }
      _ = OutputDescriptor.standardError.write(Array((text + "\u{1b}[K").utf8))
    }
  }

  /// Wipes the bar.
  func finish() {
    state.withLock { state in
      guard state.isShown else { return }
      state.isShown = false
      _ = OutputDescriptor.standardError.write(Array("\r\u{1b}[K".utf8))
    }
  }

  private func megabytes(_ bytes: UInt64) -> UInt64 { bytes / 1_000_000 }
}
