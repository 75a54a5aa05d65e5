public import RingBuffer
public import TraceBytes

/// Builds one sub-buffer, record by record, and remembers what a reader must find in it.
public struct PageBuilder: Sendable {
  /// What a reader must find.
  public struct Expected: Sendable, Hashable {
    /// The record's time.
    public var timestamp: UInt64
    /// Where its payload starts in the sub-buffer.
    public var offset: Int
    /// Bytes of the payload, padding to whole words included.
    public var length: Int
  }

  /// The bits of the commit word.
  public enum Commit {
    /// The number of lost events is stored behind the data.
    public static let countStored: UInt64 = 1 << 30
    /// Events were lost.
    public static let eventsMissed: UInt64 = 1 << 31
  }

  /// Bytes of the whole sub-buffer.
  public let pageSize: Int
  /// Bytes of the kernel's `long`.
  public let longSize: Int
  /// The byte order.
  public let order: ByteOrder
  /// The time in the header.
  public let timestamp: UInt64
  /// What is behind the header.
  public private(set) var data: ByteWriter
  /// What a reader must find so far.
  public private(set) var expected: [Expected] = []
  /// The time of the last record.
  public private(set) var now: UInt64
  /// Lost events to announce: nil for none, 0 for an unknown number.
  public var lost: UInt64?
  /// Bits to set in the commit word besides.
  public var commitBits: UInt64 = 0

  /// An empty sub-buffer.
  public init(
    timestamp: UInt64, pageSize: Int = 4096, longSize: Int = 8, order: ByteOrder = .little
  ) {
    self.timestamp = timestamp
    self.pageSize = pageSize
    self.longSize = longSize
    self.order = order
    now = timestamp
    data = ByteWriter(order: order)
  }

  /// Where the first record starts.
  public var dataOffset: Int { 8 + longSize }
  /// Bytes left for records.
  public var room: Int { pageSize - dataOffset - data.count }

  /// Whether the data begin with a record, and not with a time or padding.
  public private(set) var beginsWithRecord = false

  /// The layout that fits.
  public var layout: SubBufferLayout {
    guard
      let layout = SubBufferLayout(
        pageSize: pageSize, commitOffset: 8, commitSize: longSize, dataOffset: dataOffset,
        order: order)
    else { preconditionFailure("no layout with pages of \(pageSize) bytes") }
    return layout
  }

  /// Writes a record header.
  public mutating func header(type: UInt32, delta: UInt32) {
    precondition(type < 32 && delta < 1 << 27, "the header's fields are too large")
    if data.count == 0 { beginsWithRecord = type < 29 }
    data.integer(order == .little ? type | delta << 5 : type << 27 | delta)
  }

  /// Writes a bare word.
  public mutating func word(_ value: UInt32) {
    data.integer(value)
  }

  /// Adds a record of 4 to 112 bytes, whole words.
  public mutating func record(delta: UInt32, _ payload: [UInt8]) {
    precondition(payload.count % 4 == 0 && (4...112).contains(payload.count), "not a short record")
    header(type: UInt32(payload.count / 4), delta: delta)
    expect(after: delta, payload)
  }

  /// Adds a record with a length word.
  ///
  /// - Parameters:
  ///   - delta: the time since the record before.
  ///   - payload: any number of bytes; zeros fill up the last word.
  public mutating func longRecord(delta: UInt32, _ payload: [UInt8]) {
    header(type: 0, delta: delta)
    word(UInt32(payload.count) + 4)
    let padding = (4 - payload.count % 4) % 4
    expect(after: delta, payload + [UInt8](repeating: 0, count: padding))
  }

  /// Writes a payload and remembers it.
  private mutating func expect(after delta: UInt32, _ payload: [UInt8]) {
    now &+= UInt64(delta)
    expected.append(
      Expected(timestamp: now, offset: dataOffset + data.count, length: payload.count))
    data.raw(payload)
  }

  /// Lets time pass: up to 2^59 ticks.
  public mutating func timeExtend(by ticks: UInt64) {
    header(type: 30, delta: UInt32(ticks & 0x7ff_ffff))
    word(UInt32(truncatingIfNeeded: ticks >> 27))
    now &+= ticks
  }

  /// Sets the time, whose five highest bits must be those of the time before.
  public mutating func timeStamp(_ time: UInt64) {
    precondition(time >> 59 == now >> 59, "a stamp cannot hold the five highest bits")
    header(type: 31, delta: UInt32(time & 0x7ff_ffff))
    word(UInt32(truncatingIfNeeded: time >> 27))
    now = time
  }

  /// Adds a discarded record: padding with a time and `words` words behind its length word.
  public mutating func discarded(delta: UInt32, words: Int) {
    precondition(delta != 0, "padding without a time is no discarded record")
    header(type: 29, delta: delta)
    word(UInt32(words + 1) * 4)
    data.raw([UInt8](repeating: 0xdd, count: words * 4))
    now &+= UInt64(delta)
  }

  /// The sub-buffer, filled up with `filler`.
  public func bytes(filler: UInt8 = 0) -> [UInt8] {
    precondition(room >= 0, "the sub-buffer overflows")
    var commit = UInt64(data.count) | commitBits
    if let lost {
      commit |= Commit.eventsMissed | (lost > 0 ? Commit.countStored : 0)
    }
    var writer = ByteWriter(order: order)
    writer.integer(timestamp)
    writer.integer(commit, size: longSize)
    writer.raw(data.bytes)
    if let lost, lost > 0 {
      precondition(room >= longSize, "no room for the lost count")
      writer.integer(lost, size: longSize)
    }
    writer.raw([UInt8](repeating: filler, count: pageSize - writer.count))
    return writer.bytes
  }
}
