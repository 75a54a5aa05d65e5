import ArgumentParser
import TraceBytes
import TraceReport

/// The file or stream that a command writes its results to.
///
/// Get one with `open` before the work begins, so that an output that cannot be written is known at once; an existing
/// file is emptied only when there are results.
struct ResultOutput {
  private let path: String?
  private let descriptor: OutputDescriptor
  /// How a report for people looks here.
  let style: TextStyle

  /// Opens the output that the options name.
  ///
  /// - Throws: a validation error when it is one of the inputs, exit code 74 when it cannot be opened.
  static func open(_ options: OutputOptions, inputs: [String] = []) throws -> ResultOutput {
    HostProcess.ignoreBrokenPipes()
    guard let path = options.output else {
      let descriptor = OutputDescriptor.standardOutput
      return ResultOutput(path: nil, descriptor: descriptor, style: options.style(for: descriptor))
    }
    if let input = inputs.first(where: { HostProcess.isSameFile($0, path) }) {
      throw ValidationError("--output \(path) is the trace \(input) itself.")
    }
    guard let descriptor = OutputDescriptor.open(path) else {
      Message.say("cannot write \(path): \(HostProcess.lastErrorMessage)")
      throw Outcome.cannotWrite
    }
    return ResultOutput(
      path: path, descriptor: descriptor, style: options.style(for: descriptor))
  }

  /// A sink for the results; `finish` must follow.
  func makeSink() -> ByteSink {
    if path != nil { descriptor.truncate() }
    return ByteSink(descriptor)
  }

  /// Writes a whole report.
  func write(_ body: (ByteSink) -> Void) throws {
    let sink = makeSink()
    body(sink)
    try finish(sink)
  }

  /// Hands the rest over.
  ///
  /// - Throws: exit code 74 when something could not be written.
  func finish(_ sink: ByteSink) throws {
    sink.flush()
    var failure = sink.failure
    if path != nil {
      let code = descriptor.close()
      if failure == nil, code != 0 { failure = code }
    }
    guard let failure else { return }
    let reason = HostProcess.message(forError: failure)
    Message.say("cannot write \(path ?? "to standard output"): \(reason)")
    throw Outcome.cannotWrite
  }
}
