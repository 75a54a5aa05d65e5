public import TraceChecks

/// A recording that was opened and understood; its events are not read yet.
public struct TraceInput {
  let trace: OpenedTrace
  /// What is known of it without reading its events.
  public let facts: TraceFacts

  /// Whether it is a log that another program may still be writing: what is known should be shown
  /// before more is waited for.
  public var isLive: Bool { trace.isLive }

  /// Opens a recording.
  ///
  /// - Parameters:
  ///   - path: of a file, a pipe or a directory of bare ring buffers; `-` is standard input.
  ///   - isReadTwice: whether it is walked more than once: a log that comes from a pipe is kept in a
  ///     temporary file then.
  /// - Throws: when it cannot be read.
  public init(path: String, isReadTwice: Bool = true) throws(AnalysisError) {
    self.init(try OpenedTrace(path: path, isReadTwice: isReadTwice))
  }

  init(_ trace: OpenedTrace) {
    self.trace = trace
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
  ///   - options: how they belong together.
  ///   - namesUnreadable: whether the only one, too, is named in `unreadable` when it cannot be read.
  /// - Throws: the error of the only one there is, unless it is named; with merged inputs that of the
  ///   first that cannot be read, or the reason why they are no one recording.
  public init(
    _ paths: [String], _ options: InputOptions = InputOptions(), namesUnreadable: Bool = false
  ) throws(AnalysisError) {
    if options.isMerged, paths.count > 1 {
      readable.append(TraceInput(try OpenedTrace(merging: paths, options)))
      return
    }
    for (number, path) in paths.enumerated() {
      do throws(AnalysisError) {
        readable.append(
          TraceInput(
            try OpenedTrace(
              path: path, isReadTwice: options.isReadTwice, timeOffset: options.offset(of: number),
              threads: options.threads))
        )
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
