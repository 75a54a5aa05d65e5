public import KVMEvents
public import TraceBytes

/// A log of text: what `trace-cmd report`, tracefs, `perf script` or dmesg printed.
///
/// It is read line by line, from a file or while another program still writes it; a line that is no
/// event is counted and passed over. How lines are laid out is told from each line itself.
///
///     source ─▶ line ─▶ head (task, CPU, time, name) ─▶ fields ─▶ record (``TextRecordLayout``)
public final class TextLog {
  /// A CPU's number is below it.
  public static let mostCPUs = 8192
  /// A line that is longer is no event.
  static let longestLine = 1 << 16
  /// So many bytes at the front are looked at to tell whether they are a log.
  public static let headSize = 1 << 18
  /// So many where they cannot be read again and more is needed: they are kept in memory.
  static let mostPeeked = 8 << 20

  /// The events that the log may hold, and those that were found in it so far.
  var events = TextEventTable()
  /// What the numbers of events stand for.
  public var declarations: TextDeclarations { events.declarations }
  /// Whether times are ticks; nanoseconds otherwise.
  public let isTicks: Bool
  /// Whether times count from the begin of the trace.
  public let isRelative: Bool
  /// The names of the buffers or files that lines are marked with, the unmarked one first.
  public let bufferNames: [String]
  /// CPUs of the machine, as far as the log's head tells; 0 if it does not.
  public let cpuCount: Int
  /// Whether the log can be read more than once.
  public private(set) var canBeReadAgain: Bool
  /// The bytes of the log, where they are known before they are read.
  public var byteCount: UInt64? { source.byteCount }
  let source: PeekedSource
  private let firstBuffers: [[UInt8]]
  private var wasRead = false
  /// The events that some line has shown so far.
  public internal(set) var seen: Set<String> = []
  /// The reader of the last pass, for what it has found.
  public private(set) var lastReader: TextReader?

  /// Takes a source for a log, if its head looks like one.
  ///
  /// - Parameters:
  ///   - source: peeked at or not, but not read.
  ///   - canBeReadAgain: whether it can go back to its begin.
  /// - Throws: `ContainerError` when no line is an event as far as was looked, and nothing says that it
  ///   is a log without events. What can be read again is looked at to its end, if it may be a log.
  public init(_ source: PeekedSource, canBeReadAgain: Bool) throws(ContainerError) {
    self.canBeReadAgain = canBeReadAgain
    var source = source
    var head = Self.peek(source)
    if source.isFull, head.maySayMore {
      if canBeReadAgain {
        head = try Self.readAhead(source)
      } else {
        // What is looked at must be kept, to be read again.
        source = PeekedSource(source, capacity: Self.mostPeeked)
        head = Self.peek(source)
      }
    }
    self.source = source
    guard head.isLog else {
      throw head.error(source.peeked, isStream: !canBeReadAgain)
    }
    guard !head.tellsDeltas else {
      throw ContainerError(
        .timesAreDeltas, at: FileOffset(0), part: "text",
        suggestion: "print it anew with times: perf script without --deltatime")
    }
    isTicks = head.isTicks
    isRelative = head.isRelative
    cpuCount = head.cpuCount
    firstBuffers = [[]] + head.buffers
    bufferNames = firstBuffers.map { String(decoding: $0, as: UTF8.self) }
    seen = head.names
  }

  /// Looks at the bytes in front as far as they can be looked at, or until they have told enough.
  private static func peek(_ source: PeekedSource) -> TextHead {
    var head = TextHead()
    // What came already may be enough: more may be long in coming.
    head.look(source.peeked)
    var goesOn = true
    while goesOn && !head.isDecided {
      goesOn = source.peekMore()
      head.look(source.peeked)
    }
    // A whole file is looked at as far as the buffer reaches: it costs nothing to know more.
    if source.byteCount != nil {
      repeat { goesOn = source.peekMore() } while goesOn
      head.look(source.peeked)
    }
    if !goesOn && !source.isFull { head.end() }
    return head
  }

  /// Looks at all bytes until they have told enough, and goes back to the first one.
  private static func readAhead(_ source: PeekedSource) throws(ContainerError) -> TextHead {
    let buffer = ByteBuffer(capacity: headSize)
    var head = TextHead()
    while !head.isDecided, !HostProcess.wasInterrupted {
      guard buffer.fill(from: source) > 0 else {
        head.end()
        break
      }
      buffer.take(upTo: head.look(buffer.bytes, from: buffer.begin, to: buffer.end))
      guard buffer.end - buffer.begin > longestLine else { continue }
      if !head.mayHoldLongLines { break }
      head.skip(buffer.end - buffer.begin)
      buffer.removeAll()
    }
    guard source.rewind() else {
      throw ContainerError(
        .undecodable, at: FileOffset(0),
        part: "the events of this log stand behind \(head.byteCount) bytes of other lines, and it"
          + " cannot be read again from its begin", suggestion: "save it to a file first")
    }
    return head
  }

  /// Whether another program may still be writing it: where it ends is not known.
  public var isLive: Bool { byteCount == nil }

  /// How many streams the records name: each buffer has one for every possible CPU.
  public var streamCount: Int { bufferNames.count * Self.mostCPUs }

  /// The buffer and the CPU of a stream.
  public static func place(of stream: Int) -> (buffer: Int, cpu: Int) {
    (stream / mostCPUs, stream % mostCPUs)
  }

  /// Reads the log from its begin.
  ///
  /// - Parameter wantsText: whether records need the words of their lines.
  /// - Returns: nil when it was read before and cannot be read again.
  public func makeReader(wantsText: Bool = true) -> TextReader? {
    if wasRead {
      guard canBeReadAgain, source.rewind() else {
        canBeReadAgain = false
        return nil
      }
    }
    wasRead = true
    let reader = TextReader(self, buffers: firstBuffers, wantsText: wantsText)
    lastReader = reader
    return reader
  }

  /// Some events were seen: by entry of the table.
  func note(_ entries: [Bool]) {
    for (entry, isSeen) in entries.enumerated() where isSeen {
      seen.insert(declarations.list[Int(events.entries[entry].otherNumber)].name)
    }
  }

  /// The kinds that the log would show if they happened: those that it shows, and with a few of
  /// KVM's incidental events all of KVM's.
  ///
  /// Grows while the log is read for the first time.
  public var recordedKinds: Set<EventKind> { EventSchema.kindsRecorded(seen: seen) }
}
