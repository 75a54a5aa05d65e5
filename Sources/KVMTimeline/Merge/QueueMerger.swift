public import RingBuffer

/// Hands the records of a queue to a consumer in order of time, round by round.
///
/// At the same time the stream with the lower number goes first, and within one stream the record
/// that was read first.
public enum QueueMerger {
  /// Up to so many streams, looking at all of them is cheaper than a tree.
  private static let fewStreams = 8

  /// Gives every record of a source that has not begun to the consumer.
  public static func merge<Consumer: RecordConsumer>(
    _ source: any QueuedRecordSource, into consumer: inout Consumer
  ) {
    var queue = RecordQueue(capacity: source.queueCapacity)
    var goesOn = true
    while goesOn {
      let hasMore = source.fill(&queue)
      var heads = queue.heads()
      if heads.count <= fewStreams {
        mergeFew(source, &queue, &heads, &consumer)
      } else {
        mergeMany(source, &queue, &heads, &consumer)
      }
      queue.removeDue()
      for damage in source.newDamage() {
        consumer.damaged(damage.what, at: damage.offset, stream: 0)
      }
      goesOn = consumer.progressed(bytes: source.progress()) && hasMore
      if !hasMore {
        for (stream, loss) in source.lossesAtEnd() {
          consumer.lost(loss, stream: stream, after: queue.delivered(of: stream))
        }
        if queue.lateCount > 0 {
          consumer.damaged(
            "\(queue.lateCount) records came too late to be put in order", at: 0, stream: 0)
        }
      }
    }
  }

  /// Looks at all streams for every run.
  @inline(never)
  private static func mergeFew<Consumer: RecordConsumer>(
    _ source: any QueuedRecordSource, _ queue: inout RecordQueue, _ heads: inout [RecordQueue.Head],
    _ consumer: inout Consumer
  ) {
    let bytes = source.bytes
    let entries = queue.entries
    var live = heads.count
    var times = InlineArray<8, UInt64>(repeating: .max)
    for at in heads.indices {
      times[at] = entries[heads[at].at].timestamp
      checkClock(queue, heads[at], entries[heads[at].at].timestamp, &consumer)
    }
    while live > 0 {
      var first = 0
      var due = UInt64.max
      var time = times[0]
      for at in 1..<max(heads.count, 1) {
        let next = times[at]
        if next < time {
          // The earlier one in the list goes first at the same time.
          due = time &- 1
          first = at
          time = next
        } else if next < due {
          due = next
        }
      }
      if time == .max {
        // All have ended, but for those whose clock reads the largest time there is.
        guard let last = heads.firstIndex(where: { $0.at < $0.end }) else { return }
        first = last
      }
      if follow(&heads[first], until: due, entries.span, bytes, source, queue, &consumer) {
        times[first] = entries[heads[first].at].timestamp
      } else if let next = advance(&queue, heads[first], entries.span) {
        heads[first] = next
        times[first] = entries[next.at].timestamp
      } else {
        times[first] = .max
        live -= 1
      }
    }
  }

  /// Finds the next stream by a tree.
  @inline(never)
  private static func mergeMany<Consumer: RecordConsumer>(
    _ source: any QueuedRecordSource, _ queue: inout RecordQueue, _ heads: inout [RecordQueue.Head],
    _ consumer: inout Consumer
  ) {
    let bytes = source.bytes
    let entries = queue.entries
    var live = heads.count
    var tree = LoserTree(count: heads.count) { entries[heads[$0].at].timestamp }
    for head in heads { checkClock(queue, head, entries[head.at].timestamp, &consumer) }
    while live > 0 {
      var first = tree.winner
      if heads[first].at == heads[first].end {
        guard let last = heads.firstIndex(where: { $0.at < $0.end }) else { return }
        first = last
        // The tree has only ended streams and those at the largest time left.
        while follow(&heads[first], until: .max, entries.span, bytes, source, queue, &consumer) {}
        if let next = advance(&queue, heads[first], entries.span) {
          heads[first] = next
        } else {
          live -= 1
        }
        continue
      }
      if follow(&heads[first], until: tree.due, entries.span, bytes, source, queue, &consumer) {
        tree.replace(with: entries[heads[first].at].timestamp)
      } else if let next = advance(&queue, heads[first], entries.span) {
        heads[first] = next
        tree.replace(with: entries[next.at].timestamp)
      } else {
        tree.replace(with: .max)
        live -= 1
      }
    }
  }

  /// A stream's first record of this round may be earlier than its last one of the round before.
  private static func checkClock<Consumer: RecordConsumer>(
    _ queue: borrowing RecordQueue, _ head: RecordQueue.Head, _ time: UInt64,
    _ consumer: inout Consumer
  ) {
    if let last = queue.delivered(of: head.stream), time < last {
      consumer.clockWentBack(to: time, from: last, stream: head.stream)
    }
  }

  /// Goes on to a stream's next part.
  private static func advance(
    _ queue: inout RecordQueue, _ head: RecordQueue.Head, _ entries: Span<QueuedRecord>
  ) -> RecordQueue.Head? {
    queue.deliver(entries[head.end - 1].timestamp, of: head.stream)
    return queue.next(after: head)
  }

  /// Gives the records of one stream to the consumer until one is later than `due`.
  ///
  /// - Returns: false when this part of the stream has come to its end.
  @inline(__always)
  private static func follow<Consumer: RecordConsumer>(
    _ head: inout RecordQueue.Head, until due: UInt64, _ span: Span<QueuedRecord>, _ bytes: RawSpan,
    _ source: any QueuedRecordSource, _ queue: borrowing RecordQueue,
    _ consumer: inout Consumer
  ) -> Bool {
    repeat {
      let entry = span[head.at]
      if entry.isMark {
        mark(entry, head, span, source, queue, &consumer)
      } else {
        var run = QueueRun(span, head.at, head.end, in: bytes)
        // A queue's records were checked when they were put there: nothing is thrown.
        let waits = (try? consumer.follow(&run, until: due, stream: head.stream)) ?? false
        head.at = run.place.at
        if waits { return true }
      }
      head.at += 1
      if head.at == head.end { return false }
    } while span[head.at].timestamp <= due
    return true
  }

  /// The turn of a mark has come.
  @inline(never)
  private static func mark<Consumer: RecordConsumer>(
    _ mark: QueuedRecord, _ head: RecordQueue.Head, _ span: Span<QueuedRecord>,
    _ source: any QueuedRecordSource, _ queue: borrowing RecordQueue, _ consumer: inout Consumer
  ) {
    let loss = source.reached(mark: mark.offset)
    guard loss != .none else { return }
    let before =
      head.at > head.start ? span[head.at - 1].timestamp : queue.delivered(of: head.stream)
    consumer.lost(loss, stream: head.stream, after: before)
  }
}
