/// Names of threads, and the processes that they belong to, at one moment of a walk.
///
/// perf records them as events of their own (COMM, FORK, EXIT), which take their turns among the
/// samples. After a walk it tells the last state.
public final class PerfTasks {
  /// A change of the table.
  struct Change {
    /// What happened.
    enum Kind {
      /// The thread has the name.
      case named(String)
      /// The thread was made by another.
      case forked(by: Int32)
    }

    let kind: Kind
    let process: Int32
    let thread: Int32
  }

  /// The names by thread.
  public private(set) var names: [Int32: String] = [:]
  private var processes: [Int32: Int32] = [:]

  /// The most threads that are remembered.
  private static let mostThreads = 1 << 18

  /// Begins with what the kernel remembered.
  init(_ names: [Int32: String]) {
    self.names = names
    self.names[0] = "swapper"
  }

  /// The process that a thread belongs to; nil while unknown.
  public func process(of thread: Int32) -> Int32? { processes[thread] }

  func apply(_ change: Change) {
    note(process: change.process, thread: change.thread)
    guard names.count < Self.mostThreads || names[change.thread] != nil else { return }
    switch change.kind {
    case .named(let name): names[change.thread] = name
    case .forked(let parent): names[change.thread] = names[parent]
    }
  }

  /// A sample says to which process its thread belongs.
  func note(process: Int32, thread: Int32) {
    // Both are -1 in the last samples of a thread that is gone.
    guard process >= 0, thread >= 0 else { return }
    guard processes.count < Self.mostThreads || processes[thread] != nil else { return }
    processes[thread] = process
  }
}
