import Glibc
import RingBuffer
import TraceBytes
import TraceContainer

/// The decoder with nothing behind it but a count per event id.
///
/// `BareWalk FILE PASSES` goes over a trace.dat that is not packed, and prints what each pass took, as
/// its counterpart in C does.
@main
struct BareWalk {
  static func main() throws {
    guard CommandLine.arguments.count == 3, let passes = Int(CommandLine.arguments[2]) else {
      print("usage: BareWalk FILE.dat PASSES")
      exit(64)
    }
    let file = try TraceDatFile.open(MappedFile(path: CommandLine.arguments[1]))
    for pass in 0..<passes {
      let begin = used()
      var counts = [UInt64](repeating: 0, count: 1 << 16)
      try walk(file, &counts)
      let end = used()
      print(
        "count rep\(pass) user \(end.user - begin.user) sys \(end.system - begin.system)"
          + " events \(counts.reduce(0, &+))")
    }
  }

  private static func walk(_ file: TraceDatFile, _ counts: inout [UInt64]) throws {
    var counts = counts.mutableSpan
    let streams = TraceDatStreams(file)
    for stream in 0..<streams.streamCount {
      let layout = streams.layout(of: stream)
      while case .block(let block) = streams.nextBlock(of: stream) {
        for page in stride(from: block.lowerBound, to: block.upperBound, by: layout.pageSize) {
          let length = min(layout.pageSize, block.upperBound - page)
          try count(SubBufferCursor(layout: layout), page, length, streams.bytes, &counts)
        }
      }
    }
  }

  /// One sub-buffer: a function of its own, so that all that the loop needs stays in registers.
  @inline(never)
  private static func count(
    _ start: SubBufferCursor, _ page: Int, _ length: Int, _ bytes: RawSpan,
    _ counts: inout MutableSpan<UInt64>
  ) throws {
    var cursor = start
    _ = try cursor.begin(pageAt: page, pageLength: length, in: bytes)
    guard let first = try cursor.next(in: bytes) else { return }
    var run = SubBufferRun(cursor, first, in: bytes)
    repeat {
      if run.place.length >= 2 { counts[Int(run.payload(at: run.place).u16(at: 0))] &+= 1 }
    } while try run.advance()
  }

  /// Seconds of CPU time so far.
  private static func used() -> (user: Double, system: Double) {
    var usage = rusage()
    // SAFETY: the structure is lent for this call, which fills it.
    _ = unsafe getrusage(__rusage_who_t(0), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
    return (seconds(usage.ru_utime), seconds(usage.ru_stime))
  }
}
