internal import Decompression
public import TraceBytes

/// A trace file cannot be read: where, what was found there and what was expected.
public struct ContainerError: Error, Sendable, Hashable {
  /// What is wrong.
  public enum Reason: Sendable, Hashable {
    /// The file is no trace.dat, but something else that was recognised or not.
    case wrongKind(TraceKind)
    /// The file's version is not 6 or 7.
    case unsupportedVersion
    /// The file ends too early, or a length in it is too large: `expected` bytes were needed,
    /// `found` were there.
    case cutShort
    /// A fixed mark is missing.
    case missingMark
    /// A section has another id than the place that points to it says.
    case wrongSection
    /// Options sections point back to one another.
    case optionLoop
    /// A number cannot be true: `found` is more than `expected` allows.
    case implausible
    /// A section or chunk cannot be unpacked.
    case undecodable
    /// The file is packed in a way that this program does not know.
    case unknownCompression
    /// The file holds a latency tracer's text instead of events.
    case latencyFormat
    /// `header_page` describes no sub-buffer that this program can read.
    case unknownLayout
    /// No place in the file holds events.
    case noData
    /// A log of text without a line that names CPU, time and event: `found` lines name none.
    case noEventLines
    /// None of the first lines of a text, `found`, is an event; they have `expected` bytes, and more
    /// follow.
    case noEventsAtFront
    /// The lines of a log tell no times, only how long after the line before they happened.
    case timesAreDeltas
    /// A text with some lines that are events, `found`, among more that are not, `expected`.
    case quotedEvents
    /// A part without which no event can be read is not there.
    case missingPart
  }

  /// What is wrong.
  public var reason: Reason
  /// Where in the file; inside the file, or its size when something is missing at its end.
  public var offset: FileOffset
  /// What was found: bytes, an id, a version; see `reason`.
  public var found: UInt64
  /// What was expected instead.
  public var expected: UInt64
  /// The part of the file that was being read, as a noun.
  public var part: String
  /// What the reader of the message can do; may be empty.
  public var suggestion: String

  /// An error with these parts.
  init(
    _ reason: Reason, at offset: FileOffset, found: UInt64 = 0, expected: UInt64 = 0,
    part: String, suggestion: String = ""
  ) {
    self.reason = reason
    self.offset = offset
    self.found = found
    self.expected = expected
    self.part = part
    self.suggestion = suggestion
  }

  /// Bytes that were missing while `part` was read.
  init(_ error: ReadError, part: String) {
    self.init(
      .cutShort, at: error.offset, found: error.available, expected: error.wanted, part: part,
      suggestion: "the file may have been cut; copy or record it again")
  }

  /// A packed `part`, starting at `offset`, that cannot be unpacked.
  init(_ error: DecompressionError, at offset: FileOffset, part: String) {
    var found: UInt64 = 0
    var expected: UInt64 = 0
    switch error {
    case .tooLarge(let announced, let limit): (found, expected) = (announced, limit)
    case .sizeMismatch(let announced, let produced): (found, expected) = (produced, announced)
    case .corrupt, .outOfMemory: break
    }
    self.init(
      .undecodable, at: offset, found: found, expected: expected, part: "\(part) \(error)")
  }
}

extension ContainerError: CustomStringConvertible {
  /// One line: place, part, both numbers, and the suggestion if there is one.
  public var description: String {
    let help = suggestion.isEmpty ? "" : " (\(suggestion))"
    return "at offset \(offset): \(statement)\(help)"
  }

  /// What is wrong, without the place.
  private var statement: String {
    switch reason {
    case .wrongKind(let kind): return kind.explanation
    case .unsupportedVersion: return "trace.dat version \(part) is not supported, only 6 and 7"
    case .cutShort: return "\(part): \(expected) bytes needed, \(found) there"
    case .missingMark: return "\(part) not found"
    case .wrongSection: return "\(part): section id \(found) found, \(expected) expected"
    case .optionLoop: return "the sections of options point back to this one"
    case .implausible: return "\(part): \(found) is not believable, at most \(expected) is possible"
    case .undecodable: return part
    case .unknownCompression:
      return "compression \"\(part)\" is not known, only none, zstd and zlib"
    case .latencyFormat: return "the file holds a latency tracer's text, no events"
    case .unknownLayout: return "\(part) describes no ring buffer that can be read"
    case .noData: return "the file names no place where events are"
    case .noEventLines:
      return "the text has \(found) lines, and none names a CPU, a time and an event"
    case .noEventsAtFront:
      return
        "this is no trace file: a trace.dat begins with the bytes 17 08 44 \"tracing\", a perf.data"
        + " with \"PERFILE2\", and none of the \(found) lines in the first \(expected) bytes is an event"
        + " of trace-cmd report, tracefs, perf script or dmesg"
    case .timesAreDeltas:
      return "the lines tell the time since the line before, and no time of the trace clock"
    case .quotedEvents:
      return "this is no trace file: \(found) lines of a text are events, and \(expected) are not"
    case .missingPart: return "the file has no \(part)"
    }
  }
}
