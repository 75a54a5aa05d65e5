import RingBuffer

/// Where a merge stands in one stream: the record that comes next from it.
struct CPUStream {
  var cursor: SubBufferCursor
  /// The record that comes next; valid while `isLive`.
  var record = Record(timestamp: 0, offset: 0, length: 0)
  var isLive = false
  /// What was lost before `record`; `hasLoss` says whether to look at all.
  var loss = Loss.none
  var hasLoss = false
  /// The current block, and where its next sub-buffer begins.
  var block = 0..<0
  var page = 0
  var nextPage = 0
  /// Sub-buffers without any data since the last one with a record.
  var emptyPages = 0
  /// So much of the set's damage was told.
  var damageReported = 0
  /// The time of the record before; nil before the first.
  var lastTime: UInt64?

  init(layout: SubBufferLayout) { cursor = SubBufferCursor(layout: layout) }

  /// Adds a gap to those that lie before the next record.
  mutating func add(_ gap: Loss) {
    switch (loss, gap) {
    case (_, .none): return
    case (.none, _): loss = gap
    case (.counted(let a), .counted(let b)):
      let (sum, overflow) = a.addingReportingOverflow(b)
      loss = overflow ? .uncounted : .counted(sum)
    default: loss = .uncounted
    }
    hasLoss = true
  }

  /// Tells the consumer of the gap before the next record.
  @inline(never)
  mutating func reportLoss<Consumer: RecordConsumer>(_ consumer: inout Consumer, stream: Int) {
    consumer.lost(loss, stream: stream, after: lastTime)
    loss = .none
    hasLoss = false
  }

  /// Goes on to the next record beyond the current sub-buffer, over as many sub-buffers and blocks
  /// as it takes.
  ///
  /// - Parameters:
  ///   - set: all streams.
  ///   - bytes: the set's, as they are now.
  ///   - consumer: is told of what was lost on the way.
  ///   - stream: this one's position in the set.
  /// - Returns: whether they still are: another block makes them anew.
  @inline(never)
  mutating func advanceBeyondPage<Consumer: RecordConsumer>(
    _ set: any CPUStreamSet, _ bytes: RawSpan, _ consumer: inout Consumer, stream: Int
  ) -> Bool {
    if isLive { lastTime = record.timestamp }
    if beginNext(set, bytes, &consumer, stream: stream) { return true }
    advanceBeyondBlock(set, &consumer, stream: stream)
    return false
  }

  /// Goes on to the next sub-buffer of the block that has a record; false when there is none.
  private mutating func beginNext<Consumer: RecordConsumer>(
    _ set: any CPUStreamSet, _ bytes: RawSpan, _ consumer: inout Consumer, stream: Int
  ) -> Bool {
    while nextPage < block.upperBound {
      page = nextPage
      let length = min(cursor.layout.pageSize, block.upperBound - page)
      nextPage = page + length
      if begin(length, set, bytes, &consumer, stream: stream) { return true }
    }
    return false
  }

  /// Goes on to the first record of the blocks that follow.
  mutating func advanceBeyondBlock<Consumer: RecordConsumer>(
    _ set: any CPUStreamSet, _ consumer: inout Consumer, stream: Int
  ) {
    while consumer.progressed(bytes: block.count) {
      switch set.nextBlock(of: stream) {
      case .block(let next):
        block = next
      case .blockAfterGap(let next):
        block = next
        reportDamage(set, &consumer, stream: stream)
      case .end:
        // A stream that ends early has lost what would have come.
        reportDamage(set, &consumer, stream: stream)
        reportNothingRead(set, &consumer, stream: stream)
        end()
        return
      }
      nextPage = block.lowerBound
      if beginNext(set, set.bytes, &consumer, stream: stream) { return }
    }
    end()
  }

  private mutating func end() {
    block = 0..<0
    nextPage = 0
    isLive = false
  }

  /// Tells the consumer of what the set could not read since the last call.
  private mutating func reportDamage<Consumer: RecordConsumer>(
    _ set: any CPUStreamSet, _ consumer: inout Consumer, stream: Int
  ) {
    let all = set.damage(of: stream)
    for damage in all.dropFirst(damageReported) {
      consumer.damaged(damage.what, at: damage.offset, stream: stream)
      add(.uncounted)
    }
    damageReported = max(damageReported, all.count)
  }

  /// Recorders write no sub-buffer without data: a stream of nothing else has lost them.
  private mutating func reportNothingRead<Consumer: RecordConsumer>(
    _ set: any CPUStreamSet, _ consumer: inout Consumer, stream: Int
  ) {
    guard emptyPages > 0 && lastTime == nil else { return }
    reportEmptyPages(set, &consumer, stream: stream)
  }

  private mutating func reportEmptyPages<Consumer: RecordConsumer>(
    _ set: any CPUStreamSet, _ consumer: inout Consumer, stream: Int
  ) {
    let count = emptyPages == 1 ? "one sub-buffer" : "\(emptyPages) sub-buffers"
    consumer.damaged(
      "\(count) without data before this place", at: set.fileOffset(of: stream, at: page),
      stream: stream)
    add(.uncounted)
    emptyPages = 0
  }

  /// Begins a sub-buffer; whether it has a record.
  private mutating func begin<Consumer: RecordConsumer>(
    _ length: Int, _ set: any CPUStreamSet, _ bytes: RawSpan, _ consumer: inout Consumer,
    stream: Int
  ) -> Bool {
    do throws(PageFault) {
      add(try cursor.begin(pageAt: page, pageLength: length, in: bytes))
      let isEmpty = cursor.isDone
      guard let next = try cursor.next(in: bytes) else {
        if isEmpty { emptyPages += 1 }
        return false
      }
      if emptyPages > 0 { reportEmptyPages(set, &consumer, stream: stream) }
      if let lastTime, next.timestamp < lastTime {
        consumer.clockWentBack(to: next.timestamp, from: lastTime, stream: stream)
      }
      record = next
      isLive = true
      return true
    } catch {
      fault(error, set, &consumer, stream: stream)
      return false
    }
  }

  /// A sub-buffer is damaged: its rest is lost, what came before it stays.
  @inline(never)
  mutating func fault<Consumer: RecordConsumer>(
    _ fault: PageFault, _ set: any CPUStreamSet, _ consumer: inout Consumer, stream: Int
  ) {
    add(.uncounted)
    let place = set.fileOffset(of: stream, at: page + Int(fault.pageOffset))
    consumer.damaged("\(fault)", at: place, stream: stream)
  }
}
