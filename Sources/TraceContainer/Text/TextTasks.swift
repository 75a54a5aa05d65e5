internal import TraceBytes

/// The names of threads, and the processes that they belong to, as far as lines tell them.
public final class TextTasks {
  /// The most threads that are remembered.
  private static let mostThreads = 1 << 18

  /// The names by thread.
  public private(set) var names: [Int32: String] = [:]
  private var processes: [Int32: Int32] = [:]

  init() {}

  /// The process that a thread belongs to; nil while unknown.
  public func process(of thread: Int32) -> Int32? { processes[thread] }

  /// A line says what a thread is called.
  @inline(never)
  func learn(_ name: String, of thread: Int32) {
    // The printers' words for a thread without a name.
    if name == "<...>" || name == "<idle>" || name.hasPrefix(":") { return }
    guard names.count < Self.mostThreads || names[thread] != nil else { return }
    names[thread] = name
  }

  /// A line says which process a thread belongs to.
  func note(process: Int32, of thread: Int32) {
    guard processes[thread] != process,
      processes.count < Self.mostThreads || processes[thread] != nil
    else { return }
    processes[thread] = process
  }
}
