import Benchmark
import RingBuffer
import TraceBytes

/// The decoder alone: every record of every sub-buffer, counted by its event id.
func addWalk() {
  addPass("walk and count", of: "record") {
    let pages = try PreparedPages(Fixture.open(Fixture.nested))
    var counts = [UInt64](repeating: 0, count: 1 << 16)
    return {
      var records = 0
      var span = counts.mutableSpan
      for stream in 0..<pages.streamCount {
        try pages.forEachPage(of: stream) { page, length in
          records += try count(pages.layout, page, length, pages.bytes, &span)
        }
      }
      return records
    }
  }
}

/// One sub-buffer: a function of its own, so that all that the loop needs stays in registers.
@inline(never)
private func count(
  _ layout: SubBufferLayout, _ page: Int, _ length: Int, _ bytes: RawSpan,
  _ counts: inout MutableSpan<UInt64>
) throws -> Int {
  var cursor = SubBufferCursor(layout: layout)
  _ = try cursor.begin(pageAt: page, pageLength: length, in: bytes)
  guard let first = try cursor.next(in: bytes) else { return 0 }
  var run = SubBufferRun(cursor, first, in: bytes)
  var records = 0
  repeat {
    records += 1
    if run.place.length >= 2 { counts[Int(run.payload(at: run.place).u16(at: 0))] &+= 1 }
  } while try run.advance()
  return records
}
