import RingBuffer
import TraceBytes

/// Merges the streams of all CPUs into one, in order of time.
///
/// At the same time the stream that stands earlier in the list goes first. A stream is followed until another is due:
/// events of one CPU come in runs. With few streams the next one is found by looking at all of them, with many by a
/// tree of losers.
///
///     streams   0: ──●──●●─────●──        merged: 0 1 1 0 0 1 …
///               1: ────●───●●─────          a run ends when the time of another stream's next record is passed
public struct StreamMerger<Source: CPUStreamSource> {
  private let sources: [Source]
  private var streams: [CPUStream]
  /// Up to so many streams, looking at all of them is cheaper than a tree.
  private static var fewStreams: Int { 6 }

  /// Prepares a merge.
  ///
  /// - Parameter sources: in the order that decides between events of the same time.
  public init(_ sources: [Source]) {
    self.sources = sources
    streams = sources.map { CPUStream(layout: $0.layout) }
  }

  /// Gives every record to the consumer.
  public mutating func run<Consumer: RecordConsumer>(into consumer: inout Consumer) {
    for at in streams.indices { streams[at].advanceBeyondPage(sources[at], &consumer, stream: at) }
    if streams.count <= Self.fewStreams {
      mergeFew(&consumer)
    } else {
      mergeMany(&consumer)
    }
    reportLossAtEnd(&consumer)
  }

  private mutating func mergeFew<Consumer: RecordConsumer>(_ consumer: inout Consumer) {
    while true {
      var first = -1
      for at in streams.indices where streams[at].isLive {
        if first < 0 || streams[at].record.timestamp < streams[first].record.timestamp { first = at }
      }
      if first < 0 { return }
      // The time at which another stream is due: those before it in the list go first at the same time.
      var due = UInt64.max
      for at in streams.indices where streams[at].isLive && at != first {
        let time = streams[at].record.timestamp
        // Not zero where it counts: a stream before `first` is due later than it.
        due = min(due, at < first && time > 0 ? time - 1 : time)
      }
      follow(first, until: due, &consumer)
    }
  }

  /// Gives the records of one stream to the consumer until one is later than `due`.
  @inline(__always)
  private mutating func follow<Consumer: RecordConsumer>(
    _ at: Int, until due: UInt64, _ consumer: inout Consumer
  ) {
    let source = sources[at]
    var stream = streams[at]
    repeat {
      let block = source.block
      if stream.loss != .none { reportLoss(&stream, at, &consumer) }
      var record = stream.record
      var cursor = stream.cursor
      var isMore = true
      do throws(PageFault) {
        repeat {
          consumer.take(record, in: block, stream: at)
          guard let next = try cursor.next(in: block) else {
            isMore = false
            break
          }
          if next.timestamp < record.timestamp {
            consumer.clockWentBack(to: next.timestamp, from: record.timestamp, stream: at)
          }
          record = next
        } while record.timestamp <= due
      } catch {
        stream.fault(error, source, &consumer, stream: at)
        isMore = false
      }
      stream.cursor = cursor
      stream.record = record
      stream.lastTime = record.timestamp
      if !isMore { stream.advanceBeyondPage(source, &consumer, stream: at) }
    } while stream.isLive && stream.record.timestamp <= due
    streams[at] = stream
  }

  @inline(never)
  private mutating func reportLossAtEnd<Consumer: RecordConsumer>(_ consumer: inout Consumer) {
    for at in streams.indices where streams[at].loss != .none {
      var stream = streams[at]
      reportLoss(&stream, at, &consumer)
      streams[at] = stream
    }
  }

  @inline(never)
  private func reportLoss<Consumer: RecordConsumer>(
    _ stream: inout CPUStream, _ at: Int, _ consumer: inout Consumer
  ) {
    consumer.lost(stream.loss, stream: at, after: stream.lastTime)
    stream.loss = .none
  }

  // MARK: - Many streams

  private mutating func mergeMany<Consumer: RecordConsumer>(_ consumer: inout Consumer) {
    var tree = LoserTree(count: streams.count) { at in
      streams[at].isLive ? streams[at].record.timestamp : .max
    }
    var live = streams.count { $0.isLive }
    while live > 0 {
      let first = tree.winner
      // A stream whose clock reads the largest time looks like one that has ended.
      guard streams[first].isLive else { return mergeFew(&consumer) }
      follow(first, until: tree.due, &consumer)
      if streams[first].isLive {
        tree.replace(with: streams[first].record.timestamp)
      } else {
        live -= 1
        tree.replace(with: .max)
      }
    }
  }
}
