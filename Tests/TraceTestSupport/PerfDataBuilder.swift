public import TraceBytes

/// Builds perf.data files, in the form for files and for pipes.
public struct PerfDataBuilder: Sendable {
  /// One event that was asked for.
  public struct Attribute: Sendable {
    /// `PERF_TYPE_…`: 2 is a tracepoint.
    public var type: UInt32 = 2
    /// The event's number.
    public var config: UInt64
    /// Which parts samples have.
    public var sampleType: UInt64
    /// Which parts a counter's value has.
    public var readFormat: UInt64 = 0
    /// Events from one sample to the next; 0 when it is only counted.
    public var period: UInt64 = 1
    /// The ids of its samples.
    public var ids: [UInt64]

    /// A tracepoint.
    public init(config: UInt64, sampleType: UInt64, ids: [UInt64]) {
      self.config = config
      self.sampleType = sampleType
      self.ids = ids
    }
  }

  /// What a sample says.
  public struct Sample: Sendable {
    /// Its event's id.
    public var id: UInt64 = 1
    /// Its process.
    public var process: UInt32 = 10
    /// Its thread.
    public var thread: UInt32 = 11
    /// When it happened.
    public var time: UInt64
    /// Its CPU.
    public var cpu: UInt32 = 0
    /// The call chain.
    public var calls: [UInt64] = []
    /// The counters' values, as they stand in the file.
    public var read: [UInt64] = []
    /// The data; empty for those of the event that the format text describes.
    public var payload: [UInt8] = []

    /// A sample at a time.
    public init(time: UInt64) { self.time = time }
  }

  /// IDENTIFIER, IP, TID, TIME, CPU, PERIOD and RAW: what `perf record -a` asks for.
  public static let usual: UInt64 = 0x10587

  /// The byte order of the file.
  public let order: ByteOrder
  /// The events.
  public var attributes: [Attribute]
  /// The records.
  public var records: ByteWriter
  /// The CPUs that the header tells of.
  public var cpus: UInt32 = 2
  /// The number of the only event that a format text describes.
  public var event: UInt16 = 7

  /// A file without records.
  public init(order: ByteOrder = .little, attributes: [Attribute]? = nil) {
    self.order = order
    self.attributes = attributes ?? [Attribute(config: 7, sampleType: Self.usual, ids: [1, 2])]
    records = ByteWriter(order: order)
  }

  /// Adds a record of any type.
  public mutating func record(_ type: UInt32, misc: UInt16 = 0, _ content: [UInt8]) {
    records.integer(type)
    records.integer(misc)
    records.integer(UInt16(8 + content.count))
    records.raw(content)
  }

  /// Adds a sample of the attribute at `index`.
  public mutating func sample(_ sample: Sample, attribute index: Int = 0) {
    let type = attributes[index].sampleType
    var body = ByteWriter(order: order)
    func has(_ bit: Int) -> Bool { type >> UInt64(bit) & 1 != 0 }
    if has(16) { body.integer(sample.id) }
    if has(0) { body.integer(UInt64(0xffff_ffff_8100_0000)) }
    if has(1) {
      body.integer(sample.process)
      body.integer(sample.thread)
    }
    if has(2) { body.integer(sample.time) }
    if has(3) { body.integer(UInt64(0xadd0)) }
    if has(6) { body.integer(sample.id) }
    if has(9) { body.integer(UInt64(0x5)) }
    if has(7) {
      body.integer(sample.cpu)
      body.integer(UInt32(0))
    }
    if has(8) { body.integer(UInt64(1)) }
    if has(4) { for value in sample.read { body.integer(value) } }
    if has(5) {
      body.integer(UInt64(sample.calls.count))
      for call in sample.calls { body.integer(call) }
    }
    if has(10) {
      var payload = sample.payload.isEmpty ? self.payload(sample) : sample.payload
      while payload.count % 8 != 4 { payload.append(0) }
      body.integer(UInt32(payload.count))
      body.raw(payload)
    }
    record(9, body.bytes)
  }

  /// The payload of the event that the format text describes: its value is the time's low part.
  public func payload(_ sample: Sample) -> [UInt8] {
    var raw = ByteWriter(order: order)
    raw.integer(event)
    raw.raw([0, 0])
    raw.integer(sample.thread)
    raw.integer(UInt32(truncatingIfNeeded: sample.time))
    return raw.bytes
  }

  /// TID, TIME, CPU and IDENTIFIER, as they end a record that is no sample of an attribute with these.
  public func trailer(time: UInt64, cpu: UInt32) -> [UInt8] {
    var body = ByteWriter(order: order)
    body.integer(UInt64(0))
    body.integer(time)
    body.integer(cpu)
    body.integer(UInt32(0))
    body.integer(UInt64(1))
    return body.bytes
  }

  /// Adds FINISHED_ROUND.
  public mutating func round() { record(68, []) }

  /// Adds COMM.
  public mutating func comm(
    process: UInt32, thread: UInt32, _ name: String, time: UInt64, cpu: UInt32 = 0
  ) {
    var body = ByteWriter(order: order)
    body.integer(process)
    body.integer(thread)
    body.cString(name)
    body.align(8)
    record(3, body.bytes + trailer(time: time, cpu: cpu))
  }

  /// Adds FORK.
  public mutating func fork(
    process: UInt32, thread: UInt32, parent: UInt32, time: UInt64, cpu: UInt32 = 0
  ) {
    var body = ByteWriter(order: order)
    for number in [process, process, thread, parent] { body.integer(number) }
    body.integer(time)
    record(7, body.bytes + trailer(time: time, cpu: cpu))
  }

  /// Adds LOST.
  public mutating func lost(_ count: UInt64, time: UInt64, cpu: UInt32) {
    var body = ByteWriter(order: order)
    body.integer(UInt64(1))
    body.integer(count)
    record(2, body.bytes + trailer(time: time, cpu: cpu))
  }

  /// Adds LOST_SAMPLES.
  public mutating func lostSamples(_ count: UInt64, misc: UInt16 = 0, cpu: UInt32 = 0) {
    var body = ByteWriter(order: order)
    body.integer(count)
    record(13, misc: misc, body.bytes + trailer(time: 0, cpu: cpu))
  }

  /// Puts all records so far into packed ones of some bytes each.
  public mutating func pack(pieces: Int, type: UInt32 = 81) {
    let packed = Packing.zstd.pack(records.bytes)
    records.bytes = []
    for start in stride(from: 0, to: packed.count, by: pieces) {
      var piece = Array(packed[start..<min(start + pieces, packed.count)])
      if type == 83 {
        var size = ByteWriter(order: order)
        size.integer(UInt64(piece.count))
        while piece.count % 8 != 0 { piece.append(0xee) }
        piece = size.bytes + piece
      }
      record(type, piece)
    }
  }

  // MARK: - Files

  private func bytes(of attribute: Attribute) -> [UInt8] {
    var body = ByteWriter(order: order)
    body.integer(attribute.type)
    body.integer(UInt32(128))
    body.integer(attribute.config)
    body.integer(attribute.period)
    body.integer(attribute.sampleType)
    body.integer(attribute.readFormat)
    // sample_id_all: bit 18, counted from the top of each byte on a big-endian machine.
    body.raw([0, 0, order == .little ? 1 << 2 : 1 << 5, 0, 0, 0, 0, 0])
    body.raw([UInt8](repeating: 0, count: 128 - body.count))
    return body.bytes
  }

  private var tracingData: [UInt8] {
    var body = ByteWriter(order: order)
    body.raw([0x17, 0x08, 0x44] + Array("tracing".utf8))
    body.cString("0.6")
    body.raw([order == .little ? 0 : 1, 8])
    body.integer(UInt32(4096))
    for name in ["header_page", "header_event"] {
      body.cString(name)
      body.integer(UInt64(4))
      body.raw(Array("text".utf8))
    }
    body.integer(UInt32(0))
    body.integer(UInt32(1))
    body.cString("kvm")
    body.integer(UInt32(1))
    let text = """
      name: kvm_fpu
      ID: \(event)
      format:
      \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
      \tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
      \tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
      \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

      \tfield:u32 load;\toffset:8;\tsize:4;\tsigned:0;

      print fmt: "%u", REC->load

      """
    body.integer(UInt64(text.utf8.count))
    body.raw(Array(text.utf8))
    body.integer(UInt32(0))
    body.integer(UInt32(0))
    let names = "11 saved\n"
    body.integer(UInt64(names.utf8.count))
    body.raw(Array(names.utf8))
    return body.bytes
  }

  private func text(_ text: String) -> [UInt8] {
    var body = ByteWriter(order: order)
    body.integer(UInt32(64))
    body.raw(Array(text.utf8) + [UInt8](repeating: 0, count: 64 - text.utf8.count))
    return body.bytes
  }

  /// Features by their numbers, in order.
  private var features: [(number: Int, content: [UInt8])] {
    var cpus = ByteWriter(order: order)
    cpus.integer(self.cpus)
    cpus.integer(self.cpus)
    return [(3, text("host")), (4, text("6.1.0")), (5, text("6.1")), (7, cpus.bytes)]
  }

  /// The form for files.
  public var file: [UInt8] {
    var all = ByteWriter(order: order)
    all.integer(UInt64(0x3245_4c49_4652_4550))
    all.integer(UInt64(104))
    all.integer(UInt64(144))
    let idCount = attributes.reduce(0) { $0 + $1.ids.count }
    let attributesAt = 104 + idCount * 8
    let dataAt = attributesAt + attributes.count * 144
    for value in [attributesAt, attributes.count * 144, dataAt, records.count, 0, 0] {
      all.integer(UInt64(value))
    }
    let features = [(number: 1, content: tracingData)] + self.features
    all.integer(features.reduce(UInt64(0)) { $0 | 1 << UInt64($1.number) })
    for _ in 0..<3 { all.integer(UInt64(0)) }
    for attribute in attributes { for id in attribute.ids { all.integer(id) } }
    var idsAt = 104
    for attribute in attributes {
      all.raw(bytes(of: attribute))
      all.integer(UInt64(idsAt))
      all.integer(UInt64(attribute.ids.count * 8))
      idsAt += attribute.ids.count * 8
    }
    all.raw(records.bytes)
    var at = all.count + features.count * 16
    for feature in features {
      all.integer(UInt64(at))
      all.integer(UInt64(feature.content.count))
      at += feature.content.count
    }
    for feature in features { all.raw(feature.content) }
    return all.bytes
  }

  /// The form for pipes.
  public var pipe: [UInt8] {
    var head = self
    head.records.bytes = []
    for attribute in attributes {
      var body = ByteWriter(order: order)
      body.raw(bytes(of: attribute))
      for id in attribute.ids { body.integer(id) }
      head.record(64, body.bytes)
    }
    for feature in features {
      var body = ByteWriter(order: order)
      body.integer(UInt64(feature.number))
      body.raw(feature.content)
      head.record(80, body.bytes)
    }
    var size = ByteWriter(order: order)
    size.integer(UInt32(tracingData.count))
    head.record(66, size.bytes)
    head.records.raw(tracingData)
    head.records.align(8)
    var all = ByteWriter(order: order)
    all.integer(UInt64(0x3245_4c49_4652_4550))
    all.integer(UInt64(16))
    return all.bytes + head.records.bytes + records.bytes
  }
}
