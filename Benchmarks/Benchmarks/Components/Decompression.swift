import Benchmark
import TraceBytes
import TraceContainer

/// The chunks of trace-cmd's default format, unpacked and dropped.
func addDecompression() {
  addPass("zstd chunk", of: "KiB unpacked") {
    let file = try Fixture.open(Fixture.nested)
    return {
      var bytes = 0
      for buffer in file.buffers {
        for reader in file.readers(for: buffer) {
          while try reader.nextBlock() { bytes += reader.block.byteCount }
        }
      }
      return bytes / 1024
    }
  }
}
