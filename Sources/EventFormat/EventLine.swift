/// Writes the lines of events in the layout of `trace-cmd report -t`.
///
/// A line is the buffer (where there are several), the task, its thread, the CPU, the time, the event's name and what
/// the event says. Nothing of the trace reaches a line without having been made safe (see ``SafeText``).
public struct EventLine: Sendable {
  /// Whether time stamps are nanoseconds, written as seconds with nine digits; otherwise they are ticks.
  public let isNanoseconds: Bool
  /// What begins each line of a buffer, by its number.
  private let prefixes: [[UInt8]]

  /// Prepares to write lines.
  ///
  /// - Parameters:
  ///   - isNanoseconds: false for clocks that count ticks.
  ///   - buffers: the names of the buffers in their order, the top one's is empty. With one buffer alone no line
  ///     names it.
  public init(isNanoseconds: Bool, buffers: [String] = []) {
    self.isNanoseconds = isNanoseconds
    guard buffers.count > 1 else {
      prefixes = []
      return
    }
    let safe = buffers.map { Array(SafeText.sanitized($0).utf8) }
    let width = safe.map(\.count).max() ?? 0
    prefixes = safe.map { name in
      var bytes = [UInt8](repeating: 32, count: width - name.count)
      bytes.append(contentsOf: name)
      bytes.append(name.isEmpty ? 32 : UInt8(ascii: ":"))
      bytes.append(32)
      return bytes
    }
  }

  /// Appends everything up to what the event says, which comes next.
  ///
  /// For a task without a name `<...>` is written, and `<idle>` for thread 0. The time stamp counts what
  /// `isNanoseconds` says; the event's name must be safe to print, as ``EventTextRenderer/name(of:)`` gives it.
  public func appendHead(
    buffer: Int = 0, comm: String?, thread: Int32, cpu: Int, timestamp: UInt64, name: String,
    to bytes: inout [UInt8]
  ) {
    appendTask(buffer: buffer, comm: comm, thread: thread, cpu: cpu, to: &bytes)
    if isNanoseconds {
      bytes.append(32)
      bytes.append(decimal: timestamp / 1_000_000_000, width: 5)
      bytes.append(UInt8(ascii: "."))
      bytes.append(decimal: timestamp % 1_000_000_000, width: 9, pad: UInt8(ascii: "0"))
    } else {
      bytes.append(decimal: timestamp, width: 12)
    }
    appendName(name, to: &bytes)
  }

  /// Appends what stands before the time.
  func appendTask(
    buffer: Int, comm: String?, thread: Int32, cpu: Int, to bytes: inout [UInt8]
  ) {
    appendPrefix(buffer, to: &bytes)
    var start = bytes.count
    bytes.append(text: comm ?? (thread == 0 ? "<idle>" : "<...>"))
    SafeText.sanitize(&bytes, from: start)
    let missing = 16 - (bytes.count - start)
    if missing > 0 {
      bytes.insert(contentsOf: repeatElement(32, count: missing), at: start)
    }
    bytes.append(UInt8(ascii: "-"))
    start = bytes.count
    bytes.append(signed: Int64(thread))
    while bytes.count - start < 5 { bytes.append(32) }
    bytes.append(text: " [")
    bytes.append(decimal: UInt64(max(0, cpu)), width: 3, pad: UInt8(ascii: "0"))
    bytes.append(UInt8(ascii: "]"))
  }

  /// Appends what stands between the time and what the event says.
  func appendName(_ name: String, to bytes: inout [UInt8]) {
    bytes.append(text: ": ")
    let start = bytes.count
    bytes.append(text: name)
    bytes.append(text: ": ")
    while bytes.count - start < 22 { bytes.append(32) }
  }

  /// Appends the line that tells of a gap, without a line break; `count` is nil when nobody counted the events.
  public func appendLoss(buffer: Int = 0, cpu: Int, count: UInt64?, to bytes: inout [UInt8]) {
    appendPrefix(buffer, to: &bytes)
    bytes.append(text: "CPU:")
    bytes.append(decimal: UInt64(max(0, cpu)))
    bytes.append(text: " [")
    if let count {
      bytes.append(decimal: count)
      bytes.append(32)
    }
    bytes.append(text: "EVENTS DROPPED]")
  }

  private func appendPrefix(_ buffer: Int, to bytes: inout [UInt8]) {
    if prefixes.indices.contains(buffer) { bytes.append(contentsOf: prefixes[buffer]) }
  }
}
