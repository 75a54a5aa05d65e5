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
  @inline(never)
  mutating func advanceBeyondPage<Consumer: RecordConsumer>(
    _ set: any CPUStreamSet, _ consumer: inout Consumer, stream: Int
  ) {
    if isLive { lastTime = record.timestamp }
    while true {
      while nextPage < block.upperBound {
        page = nextPage
        let length = min(cursor.layout.pageSize, block.upperBound - page)
        nextPage = page + length
        if begin(length, set, &consumer, stream: stream) { return }
      }
      guard consumer.progressed(bytes: block.count) else { break }
      guard case .block(let next) = set.nextBlock(of: stream) else {
        // A stream that ends early has lost what would have come.
        for damage in set.damage(of: stream) {
          consumer.damaged(damage.what, at: damage.offset, stream: stream)
          add(.uncounted)
        }
        break
      }
      block = next
      nextPage = next.lowerBound
    }
    block = 0..<0
    nextPage = 0
    isLive = false
  }

  /// Begins a sub-buffer; whether it has a record.
  private mutating func begin<Consumer: RecordConsumer>(
    _ length: Int, _ set: any CPUStreamSet, _ consumer: inout Consumer, stream: Int
  ) -> Bool {
    do throws(PageFault) {
      add(try cursor.begin(pageAt: page, pageLength: length, in: set.bytes))
      guard let next = try cursor.next(in: set.bytes) else { return false }
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
