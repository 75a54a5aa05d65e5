internal import KVMTimeline
internal import RingBuffer
internal import TraceBytes
internal import TraceContainer

/// All that a walk over a perf.data hands out.
struct PerfDataReading: RecordConsumer {
  /// One record: when, on which stream, and the number in its payload.
  struct Event: Hashable {
    var time: UInt64
    var stream: Int
    /// The 32-bit field behind the common ones.
    var value: UInt32
    /// The name of its thread at that moment.
    var comm: String?
  }

  /// A gap, and how many events stood before it.
  struct Gap: Equatable {
    var loss: Loss
    var stream: Int
    var position: Int
    var after: UInt64?
  }

  var events: [Event] = []
  var gaps: [Gap] = []
  var damage: [String] = []
  var offsets: [UInt64] = []
  var clockWentBack = 0
  private let order: ByteOrder
  private let tasks: PerfTasks

  private init(_ perf: PerfDataFile, _ tasks: PerfTasks) {
    order = perf.order
    self.tasks = tasks
  }

  mutating func take(_ record: Record, in bytes: RawSpan, stream: Int) {
    let thread =
      record.length >= 8 ? Int32(bitPattern: bytes.u32(at: record.offset + 4, order)) : -1
    events.append(
      Event(
        time: record.timestamp, stream: stream,
        value: record.length >= 12 ? bytes.u32(at: record.offset + 8, order) : 0,
        comm: tasks.names[thread]))
  }

  mutating func lost(_ loss: Loss, stream: Int, after time: UInt64?) {
    gaps.append(Gap(loss: loss, stream: stream, position: events.count, after: time))
  }

  mutating func damaged(_ what: String, at offset: UInt64, stream: Int) {
    damage.append(what)
    offsets.append(offset)
  }

  mutating func clockWentBack(to time: UInt64, from: UInt64, stream: Int) { clockWentBack += 1 }

  mutating func progressed(bytes: Int) -> Bool { true }

  /// Reads a whole file that is given as bytes.
  static func read(
    _ bytes: [UInt8]
  ) throws -> (reading: PerfDataReading, file: PerfDataFile, records: PerfDataRecords) {
    try read(MappedFile(copying: bytes, path: "built.perf.data"))
  }

  /// Reads a whole file.
  static func read(
    _ mapped: MappedFile
  ) throws -> (reading: PerfDataReading, file: PerfDataFile, records: PerfDataRecords) {
    let file = try PerfDataFile.open(mapped)
    let records = PerfDataRecords(file)
    var reading = PerfDataReading(file, records.tasks)
    QueueMerger.merge(records, into: &reading)
    return (reading, file, records)
  }
}
