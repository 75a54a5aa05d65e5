internal import TraceBytes

/// Where the parts of a sample stand, from the start of its record.
///
///     header 8 | IDENTIFIER | IP | TID | TIME | ADDR | ID | STREAM_ID | CPU | PERIOD | READ | CALLCHAIN | RAW
///
/// All but the last three have eight bytes; a part is there if its bit is set in the sample type.
struct SampleLayout: Equatable, BitwiseCopyable {
  /// Of the ids, or -1.
  var identifier = -1
  /// Process, then thread; or -1.
  var thread = -1
  /// Or -1.
  var time = -1
  /// CPU number, then four bytes without a meaning; or -1.
  var cpu = -1
  /// Where what has no fixed size begins.
  var fixedEnd = 8
  /// READ stands before the data, in this format.
  var readFormat: UInt64 = 0
  var hasRead = false
  var hasCallchain = false
  /// The data are those of a tracepoint, and everything that is needed is there.
  var isUsable = false
  /// Whether the data begin at `fixedEnd`.
  var isFixed: Bool { !hasRead && !hasCallchain }

  // From the end of a record that is no sample, back to the parts that place it; 0 if not there.
  /// All such parts.
  var trailerSize = 0
  var trailerTime = 0
  var trailerCPU = 0
  /// Whether the trailer ends with the id of the event that it is laid out for.
  var trailerHasID = false

  /// The bits of a sample type.
  enum Part {
    static let ip: UInt64 = 1 << 0
    static let thread: UInt64 = 1 << 1
    static let time: UInt64 = 1 << 2
    static let address: UInt64 = 1 << 3
    static let read: UInt64 = 1 << 4
    static let callchain: UInt64 = 1 << 5
    static let id: UInt64 = 1 << 6
    static let cpu: UInt64 = 1 << 7
    static let period: UInt64 = 1 << 8
    static let stream: UInt64 = 1 << 9
    static let raw: UInt64 = 1 << 10
    static let identifier: UInt64 = 1 << 16
  }

  /// The layout of an attribute's samples.
  init(_ attribute: PerfAttribute) {
    let type = attribute.sampleType
    var at = 8
    func place(_ part: UInt64) -> Int {
      guard type & part != 0 else { return -1 }
      at += 8
      return at - 8
    }
    identifier = place(Part.identifier)
    _ = place(Part.ip)
    thread = place(Part.thread)
    time = place(Part.time)
    _ = place(Part.address)
    let id = place(Part.id)
    if identifier < 0 { identifier = id }
    _ = place(Part.stream)
    cpu = place(Part.cpu)
    _ = place(Part.period)
    fixedEnd = at
    hasRead = type & Part.read != 0
    readFormat = hasRead ? attribute.readFormat : 0
    hasCallchain = type & Part.callchain != 0
    isUsable = attribute.isTracepoint && type & Part.raw != 0 && time >= 0
    if attribute.placesAllRecords { placeTrailer(type) }
  }

  /// TID | TIME | ID | STREAM_ID | CPU | IDENTIFIER, at the end of a record.
  private mutating func placeTrailer(_ type: UInt64) {
    for part in [Part.identifier, Part.cpu, Part.stream, Part.id, Part.time, Part.thread]
    where type & part != 0 {
      trailerSize += 8
      if part == Part.identifier { trailerHasID = true }
      if part == Part.cpu { trailerCPU = trailerSize }
      if part == Part.time { trailerTime = trailerSize }
    }
  }

  /// Where the data's size stands in the sample at `start`.
  ///
  /// The sample ends at `end`, inside `bytes`; nil when it ends too early.
  func rawPlace(_ bytes: RawSpan, _ start: Int, _ end: Int, _ order: ByteOrder) -> Int? {
    var at = start + fixedEnd
    func count(_ most: Int) -> Int? {
      guard at + 8 <= end else { return nil }
      let count = bytes.u64(at: at, order)
      at += 8
      return count <= UInt64(most) ? Int(count) : nil
    }
    // Each count is at most that of the eight bytes of the record, of which there are 64 KiB.
    if hasRead {
      let times = (readFormat & 1 != 0 ? 8 : 0) + (readFormat & 2 != 0 ? 8 : 0)
      let one = 8 + (readFormat & 4 != 0 ? 8 : 0) + (readFormat & 16 != 0 ? 8 : 0)
      if readFormat & 8 != 0 {
        guard let values = count(8192) else { return nil }
        at += times + values * one
      } else {
        at += times + one
      }
    }
    if hasCallchain {
      guard let calls = count(8192) else { return nil }
      at += calls * 8
    }
    return at + 4 <= end ? at : nil
  }
}
