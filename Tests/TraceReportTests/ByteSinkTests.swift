import Testing
import TraceBytes

@testable import TraceReport

@Suite struct ByteSinkTests {
  @Test func writesDecimals() {
    let sink = ByteSink()
    for value: UInt64 in [0, 9, 10, 1_000_000, .max] {
      sink.write(decimal: value)
      sink.write(" ")
    }
    #expect(sink.text == "0 9 10 1000000 18446744073709551615 ")
  }

  @Test func remembersTheWriteThatFailed() throws {
    let full = try #require(OutputDescriptor.open("/dev/full"))
    let sink = ByteSink(full)
    sink.write("x")
    #expect(sink.failure == nil)
    sink.flush()
    // ENOSPC
    #expect(sink.failure == 28)
    #expect(!sink.isOpen)
    #expect(full.close() == 0)
  }
}
