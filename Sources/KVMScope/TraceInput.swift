public import TraceChecks

/// A recording that was opened and understood; its events are not read yet.
public struct TraceInput {
  let trace: OpenedTrace
  /// What is known of it without reading its events.
  public let facts: TraceFacts

  /// Opens a recording.
  ///
  /// - Throws: when it cannot be read.
  public init(path: String) throws(AnalysisError) {
    trace = try OpenedTrace(path: path)
    facts = trace.facts
  }
}

/// The inputs of one command: those that could be opened, and those that could not.
public struct TraceInputs {
  /// In the order given.
  public private(set) var readable: [TraceInput] = []
  /// In the order given.
  public private(set) var unreadable: [UnreadableTrace] = []

  /// Opens several recordings: one that cannot be read does not keep the others from being read.
  ///
  /// - Parameters:
  ///   - paths: in the order that results keep.
  ///   - namesUnreadable: whether the only one, too, is named in `unreadable` when it cannot be read.
  /// - Throws: the error of the only one there is, unless it is named.
  public init(_ paths: [String], namesUnreadable: Bool = false) throws(AnalysisError) {
    for path in paths {
      do throws(AnalysisError) {
        readable.append(try TraceInput(path: path))
      } catch {
        guard paths.count > 1 || namesUnreadable else { throw error }
        unreadable.append(error.trace)
      }
    }
  }
}

extension AnalysisError {
  /// The input, as reports name it.
  public var trace: UnreadableTrace {
    switch self {
    case .cannotOpen(let path, let reason):
      UnreadableTrace(path: path, cause: .cannotOpen, reason: reason)
    case .notATrace(let path, let reason):
      UnreadableTrace(path: path, cause: .notATrace, reason: reason)
    }
  }
}
