import RingBuffer
import TraceBytes

/// Where a merge stands in one stream: the record that comes next from it.
struct CPUStream {
  var cursor: SubBufferCursor
  /// The record that comes next; valid while `isLive`.
  var record = Record(timestamp: 0, offset: 0, length: 0)
  var isLive = false
  /// Where the next sub-buffer begins in the block.
  var nextPage = 0
  /// Where the current one begins.
  var page = 0
  var blockLength = 0
  /// What was lost before `record`.
  var loss = Loss.none
  /// The time of the record before; nil before the first.
  var lastTime: UInt64?
  var failures = 0

  init(layout: SubBufferLayout) { cursor = SubBufferCursor(layout: layout) }

  /// Adds a gap to those that lie before the next record.
  mutating func add(_ gap: Loss) {
    switch (loss, gap) {
    case (_, .none): break
    case (.none, _): loss = gap
    case (.counted(let a), .counted(let b)):
      let (sum, overflow) = a.addingReportingOverflow(b)
      loss = overflow ? .uncounted : .counted(sum)
    default: loss = .uncounted
    }
  }
}

extension CPUStream {
  /// Goes on to the next record, over as many sub-buffers and blocks as it takes.
  @inline(never)
  mutating func advanceBeyondPage<Source: CPUStreamSource, Consumer: RecordConsumer>(
    _ source: Source, _ consumer: inout Consumer, stream: Int
  ) {
    while true {
      while nextPage < blockLength {
        page = nextPage
        let length = min(cursor.layout.pageSize, blockLength - page)
        nextPage = page + length
        if begin(page, length, source, &consumer, stream: stream) { return }
      }
      if !readBlock(source, &consumer, stream: stream) {
        isLive = false
        return
      }
    }
  }

  /// Begins a sub-buffer; whether it has a record.
  private mutating func begin<Source: CPUStreamSource, Consumer: RecordConsumer>(
    _ page: Int, _ length: Int, _ source: Source, _ consumer: inout Consumer, stream: Int
  ) -> Bool {
    do throws(PageFault) {
      add(try cursor.begin(pageAt: page, pageLength: length, in: source.block))
      if let next = try cursor.next(in: source.block) {
        take(next, &consumer, stream: stream)
        return true
      }
    } catch {
      fault(error, source, &consumer, stream: stream)
    }
    return false
  }

  mutating func take<Consumer: RecordConsumer>(_ next: Record, _ consumer: inout Consumer, stream: Int) {
    if let lastTime, next.timestamp < lastTime {
      consumer.clockWentBack(to: next.timestamp, from: lastTime, stream: stream)
    }
    record = next
    isLive = true
  }

  /// A sub-buffer is damaged: its rest is lost, what came before it stays.
  mutating func fault<Source: CPUStreamSource, Consumer: RecordConsumer>(
    _ fault: PageFault, _ source: Source, _ consumer: inout Consumer, stream: Int
  ) {
    add(.uncounted)
    let place = source.fileOffset(ofBlockByte: min(page + Int(fault.pageOffset), blockLength))
    consumer.damaged("\(fault)", at: place, stream: stream)
  }

  /// A stream that ends early has lost what would have come.
  private mutating func reportDamage<Source: CPUStreamSource, Consumer: RecordConsumer>(
    _ source: Source, _ consumer: inout Consumer, stream: Int
  ) {
    for damage in source.damageSoFar {
      consumer.damaged(damage.what, at: damage.offset, stream: stream)
      add(.uncounted)
    }
  }

  private mutating func readBlock<Source: CPUStreamSource, Consumer: RecordConsumer>(
    _ source: Source, _ consumer: inout Consumer, stream: Int
  ) -> Bool {
    guard consumer.progressed(bytes: blockLength) else { return false }
    while true {
      do throws(Source.Failure) {
        guard try source.nextBlock() else {
          blockLength = 0
          reportDamage(source, &consumer, stream: stream)
          return false
        }
        blockLength = source.block.byteCount
        nextPage = 0
        failures = 0
        return true
      } catch {
        add(.uncounted)
        consumer.damaged("\(error)", at: source.fileOffset(ofBlockByte: 0), stream: stream)
        // A source may go on behind what it could not read, but not for ever.
        failures += 1
        if failures > 16 {
          blockLength = 0
          return false
        }
      }
    }
  }
}
