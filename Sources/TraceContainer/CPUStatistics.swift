/// What the kernel counted for one CPU of one buffer (`per_cpu/cpuN/stats`), as trace-cmd saved it.
public struct CPUStatistics: Sendable, Hashable {
  /// The buffer's name; empty for the top one.
  public var buffer: String
  /// The CPU.
  public var cpu: Int
  /// Events left in the kernel's buffer when the recording ended.
  public var entries: UInt64?
  /// Events that newer ones overwrote.
  public var overrun: UInt64?
  /// Events lost because a writer was interrupted too often.
  public var commitOverrun: UInt64?
  /// Bytes left in the kernel's buffer.
  public var bytes: UInt64?
  /// The time of the oldest event left, as text.
  public var oldestEventTime: String?
  /// The time when the numbers were read, as text.
  public var nowTime: String?
  /// Events dropped because the buffer was full and must not overwrite.
  public var droppedEvents: UInt64?
  /// Events read out.
  public var readEvents: UInt64?

  /// Statistics without numbers.
  init(buffer: String, cpu: Int) {
    self.buffer = buffer
    self.cpu = cpu
  }

  /// Reads the texts of a file's CPUSTAT options, in their order.
  ///
  /// A line `Buffer: NAME` says which buffer the texts behind it are about. Lines that are not
  /// known are skipped.
  static func parse(_ texts: [String]) -> [CPUStatistics] {
    var result: [CPUStatistics] = []
    var buffer = ""
    for text in texts {
      for line in text.split(whereSeparator: \.isNewline) {
        guard let colon = line.firstIndex(of: ":") else { continue }
        let key = line[..<colon]
        let value = line[line.index(after: colon)...].drop { $0 == " " }
        switch key {
        case "Buffer": buffer = String(value)
        case "CPU":
          guard let cpu = Int(value) else { continue }
          guard result.count < Limits.statistics else { return result }
          result.append(CPUStatistics(buffer: buffer, cpu: cpu))
        default:
          guard !result.isEmpty else { continue }
          result[result.count - 1].set(key, to: value)
        }
      }
    }
    return result
  }

  /// Takes one line of the text over.
  private mutating func set(_ key: Substring, to value: Substring) {
    switch key {
    case "entries": entries = UInt64(value)
    case "overrun": overrun = UInt64(value)
    case "commit overrun": commitOverrun = UInt64(value)
    case "bytes": bytes = UInt64(value)
    case "oldest event ts": oldestEventTime = String(value)
    case "now ts": nowTime = String(value)
    case "dropped events": droppedEvents = UInt64(value)
    case "read events": readEvents = UInt64(value)
    default: break
    }
  }
}
