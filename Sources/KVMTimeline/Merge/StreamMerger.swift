public import RingBuffer

/// Merges the streams of all CPUs into one, in order of time.
///
/// At the same time the stream that stands earlier in the set goes first. A stream is followed
/// until another is due: events of one CPU come in runs. With few streams the next one is found by
/// looking at all of them, with many by a tree of losers.
///
///     streams   0: ──●──●●─────●──        merged: 0 1 1 0 0 1 …
///               1: ────●───●●─────          a run ends when the time of another stream's next
///               record is passed
public enum StreamMerger {
  /// Up to so many streams, looking at all of them is cheaper than a tree.
  private static let fewStreams = 6

  /// Gives every record of streams that have not begun to the consumer.
  public static func merge<Consumer: RecordConsumer>(
    _ set: any CPUStreamSet, into consumer: inout Consumer
  ) {
    var streams = (0..<set.streamCount).map { CPUStream(layout: set.layout(of: $0)) }
    for at in streams.indices { streams[at].advanceBeyondBlock(set, &consumer, stream: at) }
    if streams.count <= fewStreams {
      mergeFew(set, &streams, &consumer)
    } else {
      mergeMany(set, &streams, &consumer)
    }
    for at in streams.indices where streams[at].hasLoss {
      consumer.endedEarly(stream: at, after: streams[at].lastTime)
      streams[at].reportLoss(&consumer, stream: at)
    }
  }

  /// Looks at all streams for every run.
  @inline(never)
  private static func mergeFew<Consumer: RecordConsumer>(
    _ set: any CPUStreamSet, _ streams: inout [CPUStream], _ consumer: inout Consumer
  ) {
    while true {
      // The span is taken anew whenever a stream has gone on to another block.
      let bytes = set.bytes
      var times = InlineArray<8, UInt64>(repeating: .max)
      for at in streams.indices where streams[at].isLive {
        times[at] = streams[at].record.timestamp
      }
      var first: Int
      // The time at which another stream is due: one before it in the list goes first at the same
      // time.
      var due: UInt64
      var isSameBlock = true
      while isSameBlock {
        first = 0
        due = .max
        var time = times[0]
        for at in 1..<max(streams.count, 1) {
          let next = times[at]
          if next < time {
            due = time &- 1
            first = at
            time = next
          } else if next < due {
            due = next
          }
        }
        if time == .max {
          // All have ended, but for those whose clock reads the largest time there is.
          guard let last = streams.firstIndex(where: { $0.isLive }) else { return }
          first = last
        }
        isSameBlock = follow(&streams[first], first, until: due, in: bytes, set, &consumer)
        times[first] = streams[first].isLive ? streams[first].record.timestamp : .max
      }
    }
  }

  /// So many sub-buffers of a stream are read at most before it is another's turn.
  ///
  /// What a consumer takes early it sees earlier than what other CPUs lost meanwhile: not by much.
  private static let mostPages = 4

  /// Gives the records of one stream to the consumer until one is later than `due` and the consumer
  /// does not take it early.
  ///
  /// - Returns: false when the stream has come to the end of its block: `bytes` is then another.
  @inline(__always)
  private static func follow<Consumer: RecordConsumer>(
    _ stream: inout CPUStream, _ at: Int, until due: UInt64, in bytes: RawSpan,
    _ set: any CPUStreamSet, _ consumer: inout Consumer
  ) -> Bool {
    var pagesLeft = mostPages
    repeat {
      if followPage(&stream, at, until: due, in: bytes, set, &consumer) { return true }
      guard stream.advanceBeyondPage(set, bytes, &consumer, stream: at) else { return false }
      pagesLeft -= 1
    } while pagesLeft > 0 && !stream.hasLoss
      && (stream.record.timestamp <= due
        || consumer.takesBeforeTurn(stream.record, in: bytes, stream: at))
    return true
  }

  /// The same within a sub-buffer.
  ///
  /// - Returns: false when the stream has come to the end of its sub-buffer.
  @inline(__always)
  private static func followPage<Consumer: RecordConsumer>(
    _ stream: inout CPUStream, _ at: Int, until due: UInt64, in bytes: RawSpan,
    _ set: any CPUStreamSet, _ consumer: inout Consumer
  ) -> Bool {
    if stream.hasLoss { stream.reportLoss(&consumer, stream: at) }
    var run = SubBufferRun(stream.cursor, stream.record, in: bytes)
    do throws(PageFault) {
      let goesOn = try consumer.follow(&run, until: due, stream: at)
      stream.cursor = run.cursor
      stream.record = run.record
      return goesOn
    } catch {
      stream.cursor = run.cursor
      stream.record = run.record
      stream.fault(error, set, &consumer, stream: at)
      return false
    }
  }

  /// Finds the next stream by a tree.
  @inline(never)
  private static func mergeMany<Consumer: RecordConsumer>(
    _ set: any CPUStreamSet, _ streams: inout [CPUStream], _ consumer: inout Consumer
  ) {
    var tree = LoserTree(count: streams.count) { at in
      streams[at].isLive ? streams[at].record.timestamp : .max
    }
    while true {
      // The span is taken anew whenever a stream has gone on to another block.
      let bytes = set.bytes
      var isSameBlock = true
      while isSameBlock {
        let first = tree.winner
        guard streams[first].isLive else {
          // All have ended, but for those whose clock reads the largest time there is.
          guard let last = streams.firstIndex(where: { $0.isLive }) else { return }
          isSameBlock = follow(&streams[last], last, until: .max, in: bytes, set, &consumer)
          continue
        }
        isSameBlock = follow(
          &streams[first], first, until: tree.due, in: bytes, set, &consumer)
        tree.replace(with: streams[first].isLive ? streams[first].record.timestamp : .max)
      }
    }
  }
}
