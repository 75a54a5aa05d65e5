import Benchmark
import Decompression
import RingBuffer
import TraceBytes
import TraceContainer

/// Lines of `trace-cmd report` into records.
func addText() {
  addPass("text line", of: "line") {
    let file = try DescriptorSource(path: Fixture.report)
    guard let unpacked = UnpackingSource(file, .zstd) else { return { 0 } }
    // Unpacked into a temporary file first: that has its own benchmark.
    let spool = try Spool()
    guard spool.append(allOf: unpacked) else { return { 0 } }
    let log = try TextLog(
      PeekedSource(SpooledSource(unpacked, in: spool), capacity: TextLog.headSize),
      canBeReadAgain: true)
    return {
      guard let reader = log.makeReader(wantsText: false) else { return 0 }
      while true {
        switch reader.next() {
        case .end: return Int(reader.lineCount)
        default: continue
        }
      }
    }
  }
}
