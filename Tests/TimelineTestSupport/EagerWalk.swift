internal import KVMTimeline
internal import RingBuffer
internal import TraceBytes
internal import TraceContainer

/// A walk whose consumer takes everything before its turn that it may.
public struct EagerWalk: Sendable, Equatable {
  /// What was handed over.
  public enum Step: Sendable, Equatable {
    /// Records of a stream, behind each other; how many.
    case records(Int, stream: Int)
    /// Events were lost.
    case lost(stream: Int)
  }

  /// In the order in which it came.
  public var steps: [Step]

  /// Walks a trace.dat file.
  public init(bytes: [UInt8]) throws {
    let file = try TraceDatFile.open(MappedFile(copying: bytes, path: "built.dat"))
    var collector = StepCollector()
    StreamMerger.merge(TraceDatStreams(file), into: &collector)
    steps = collector.steps
  }
}

private struct StepCollector: RecordConsumer {
  var steps: [EagerWalk.Step] = []

  mutating func follow<Run: RecordRun & ~Escapable>(
    _ run: inout Run, until due: UInt64, stream: Int
  ) throws(PageFault) -> Bool {
    repeat { take(run.record, in: run.bytes, stream: stream) } while try run.advance()
    return false
  }

  mutating func takesBeforeTurn(_ record: Record, in bytes: RawSpan, stream: Int) -> Bool { true }

  mutating func take(_ record: Record, in bytes: RawSpan, stream: Int) {
    if case .records(let count, stream) = steps.last {
      steps[steps.count - 1] = .records(count + 1, stream: stream)
    } else {
      steps.append(.records(1, stream: stream))
    }
  }

  mutating func lost(_ loss: Loss, stream: Int, after time: UInt64?) {
    steps.append(.lost(stream: stream))
  }

  mutating func damaged(_ what: String, at offset: UInt64, stream: Int) {}

  mutating func clockWentBack(to time: UInt64, from: UInt64, stream: Int) {}

  mutating func progressed(bytes: Int) -> Bool { true }
}
