internal import RingBuffer
internal import TraceBytes

/// Why files are no parts of one recording.
public struct MergeError: Error, Sendable, Equatable {
  /// One sentence: what differs, and between which files.
  public var reason: String
}

extension MergeError: CustomStringConvertible {
  /// The reason.
  public var description: String { reason }
}

/// One recording that lies in several files: one for each buffer, or one for each stretch of time.
///
///     a.dat  buffers "", "kv"  ─┐
///     b.dat  buffer ""          ├─▶ buffers "a.dat", "a.dat:kv", "b.dat" of one recording
///     their formats             ─┘
extension TraceDatFile {
  /// One of the files.
  public struct Part {
    /// The file, opened.
    public var file: TraceDatFile
    /// What its buffers are called in the recording.
    public var name: String
    /// Added to all its times, in the unit of the trace clock.
    public var timeOffset: Int64

    /// Names a part.
    public init(_ file: TraceDatFile, name: String, timeOffset: Int64) {
      self.file = file
      self.name = name
      self.timeOffset = timeOffset
    }
  }

  /// Where the bytes of some buffers are.
  struct Source {
    let file: MappedFile
    let compression: Compression
  }

  /// Makes one recording of its parts.
  ///
  /// Whether parts hold the same events twice is for whoever reads the events.
  ///
  /// - Parameter parts: at least one; what is told once (the kernel's name, symbols) is told by the
  ///   first.
  /// - Returns: the recording, whose buffers are those of all parts in their order.
  /// - Throws: `MergeError` when they were not recorded by one kernel with one clock.
  public static func merging(_ parts: [Part]) throws(MergeError) -> TraceDatFile {
    guard let first = parts.first else { throw MergeError(reason: "nothing to merge") }
    var merged = first.file
    merged.buffers = []
    merged.otherSources = []
    for (number, part) in parts.enumerated() {
      try part.refuse(beside: first)
      try merged.add(part, number, firstOffset: first.file.timeAdjustment.offset)
    }
    return merged
  }

  private mutating func add(
    _ part: Part, _ number: Int, firstOffset: Int64
  ) throws(MergeError) {
    if number > 0 {
      otherSources.append(Source(file: part.file.file, compression: part.file.compression))
      try addFormats(part)
      damage += part.file.damage
      cpuStatistics += part.file.cpuStatistics
      cpuCount = max(cpuCount, part.file.cpuCount)
      savedCommands.merge(part.file.savedCommands) { first, _ in first }
      savedProcesses.merge(part.file.savedProcesses) { first, _ in first }
      if let off = eventsSwitchedOff, let others = part.file.eventsSwitchedOff {
        eventsSwitchedOff = off.intersection(others)
      }
    }
    // What the file itself says of its times is done once for all, by the first one's numbers.
    let own = part.file.timeAdjustment.offset &- firstOffset
    for var buffer in part.file.buffers {
      buffer.source = number
      buffer.name = buffer.name.isEmpty ? part.name : "\(part.name):\(buffer.name)"
      buffer.layout.timeOffset = UInt64(bitPattern: own &+ part.timeOffset)
      buffers.append(buffer)
    }
  }

  /// The formats of all parts: one kernel numbers its events once.
  private mutating func addFormats(_ part: Part) throws(MergeError) {
    var known: [Int: FormatText] = [:]
    for format in formats {
      if let id = format.identifier { known[id] = format }
    }
    for format in part.file.formats {
      guard let id = format.identifier, let same = known[id] else {
        formats.append(format)
        continue
      }
      guard same == format else {
        throw MergeError(
          reason: "\(part.name) was recorded by another kernel: its event \(id) is not that of the"
            + " first file")
      }
    }
  }

  /// The bytes of a buffer, and how they are packed.
  func source(of buffer: TraceBuffer) -> Source {
    buffer.source == 0
      ? Source(file: file, compression: compression) : otherSources[buffer.source - 1]
  }
}

extension TraceDatFile.Part {
  /// Compares what all files of one recording have alike.
  fileprivate func refuse(beside first: TraceDatFile.Part) throws(MergeError) {
    func differ(_ what: String, _ here: String, _ there: String) -> MergeError {
      MergeError(
        reason: "\(name) and \(first.name) are not one recording: \(what) \(here) here, \(there)"
          + " there")
    }
    let clock = first.file.buffers.first?.clock ?? ""
    for buffer in file.buffers where buffer.clock != clock {
      throw differ("the clock is", buffer.clock, clock)
    }
    if let here = file.uname, let there = first.file.uname, here != there {
      throw differ("the machine is", here, there)
    }
    if let here = file.traceID, let there = first.file.traceID, here != there {
      throw differ(
        "the id of the recording is", "0x" + String(here, radix: 16),
        "0x" + String(there, radix: 16)
      )
    }
    guard file.order == first.file.order else {
      throw differ("the byte order is", "\(file.order)", "\(first.file.order)")
    }
    guard file.timeAdjustment.hasGuestTable == first.file.timeAdjustment.hasGuestTable else {
      throw MergeError(
        reason: "one of \(name) and \(first.name) is a guest's, the other is not: their threads and"
          + " vCPUs are not the same; give them without --merge")
    }
    guard file.timeAdjustment.cycles == first.file.timeAdjustment.cycles else {
      throw MergeError(reason: "\(name) and \(first.name) count the clock's cycles differently")
    }
    if file.timeAdjustment.cycles != nil,
      file.timeAdjustment.offset != first.file.timeAdjustment.offset
    {
      throw MergeError(reason: "\(name) and \(first.name) begin the clock's cycles differently")
    }
  }
}

extension FormatText {
  /// The number in the line `ID:`; nil without one.
  var identifier: Int? {
    let mark = Array("\nID:".utf8)
    guard let at = text.firstRange(of: mark) else { return nil }
    let digits = text[at.upperBound...].drop { $0 == 32 }.prefix { (48...57).contains($0) }
    return Int(String(decoding: digits, as: UTF8.self))
  }
}
