import KVMEvents
import RingBuffer
import TraceBytes
import TraceContainer
import TraceTestSupport

/// All that a pass over a log of text gives out.
struct TextReading {
  /// One record, with its fields by name.
  struct Event: Equatable {
    var time: UInt64
    var buffer: String
    var cpu: Int
    var thread: Int32
    var comm: String?
    var system: String
    var name: String
    var kind: EventKind
    var fields: [String: UInt64]
  }

  /// A gap, and how many events stood before it.
  struct Gap: Equatable {
    var loss: Loss
    var cpu: Int
    var position: Int
  }

  var events: [Event] = []
  var gaps: [Gap] = []
  var damage: [String] = []
  var clockWentBack = 0
  var lines: UInt64 = 0
  var otherLines: UInt64 = 0
  var unreadable: UInt64 = 0

  /// Reads a log from its begin to its end.
  init(
    _ text: String, sizes: [Int] = [1 << 20], isFile: Bool = true, wantsText: Bool = false
  ) throws {
    try self.init([UInt8](text.utf8), sizes: sizes, isFile: isFile, wantsText: wantsText)
  }

  /// Reads a log from its begin to its end.
  init(
    _ bytes: [UInt8], sizes: [Int] = [1 << 20], isFile: Bool = true, wantsText: Bool = false
  ) throws {
    let source = PeekedSource(
      BytesSource(bytes, sizes: sizes, isFile: isFile), capacity: TextLog.headSize)
    let log = try TextLog(source, canBeReadAgain: false)
    guard let reader = log.makeReader(wantsText: wantsText) else { return }
    reading: while true {
      switch reader.next() {
      case .records:
        for record in reader.records { take(record, log, reader) }
      case .lost(let loss, let stream, _):
        gaps.append(Gap(loss: loss, cpu: TextLog.place(of: stream).cpu, position: events.count))
      case .clockWentBack: clockWentBack += 1
      case .damaged(let what, _): damage.append(what)
      case .progress: break
      case .end: break reading
      }
    }
    lines = reader.lineCount
    otherLines = reader.otherLineCount
    unreadable = reader.unreadableCount
  }

  private mutating func take(_ record: OrderedRecord, _ log: TextLog, _ reader: TextReader) {
    let bytes = reader.bytes
    let offset = record.record.offset
    let word = bytes.u64(at: offset)
    let declared = log.declarations.list[Int(word & 0xffff)]
    let thread = Int32(truncatingIfNeeded: word >> 32)
    let place = TextLog.place(of: record.stream)
    var fields: [String: UInt64] = [:]
    for (slot, name) in declared.fields {
      fields[name] = bytes.u64(at: offset + TextRecordLayout.offset(ofSlot: slot))
    }
    events.append(
      Event(
        time: record.record.timestamp, buffer: log.bufferNames[place.buffer], cpu: place.cpu,
        thread: thread, comm: reader.tasks.names[thread], system: declared.system,
        name: declared.name, kind: declared.kind, fields: fields))
  }
}
