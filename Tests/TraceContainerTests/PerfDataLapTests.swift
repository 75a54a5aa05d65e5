internal import Foundation
internal import Testing
internal import TraceBytes
internal import TraceContainer
internal import TraceTestSupport

/// Files that are larger than the memory that they are read through.
@Suite("perf.data that is larger than its window")
struct PerfDataLapTests {
  /// Two CPUs, of which the second one's buffer is read behind the first one's, in rounds of so many
  /// samples of 40 KB.
  private func bytes(rounds: Int, samples: Int) -> (file: [UInt8], times: [UInt64]) {
    var builder = PerfDataBuilder()
    let filling = [UInt8](repeating: 0xaa, count: 40_000)
    var times: [UInt64] = []
    for round in 0..<rounds {
      for at in 0..<samples {
        let cpu = at * 2 / samples
        var sample = PerfDataBuilder.Sample(
          time: UInt64(round * samples + at % ((samples + 1) / 2) * 2 + cpu) + 1)
        sample.cpu = UInt32(cpu)
        sample.payload = builder.payload(sample) + filling
        builder.sample(sample)
        times.append(sample.time)
      }
      builder.round()
    }
    return (builder.file, times.sorted())
  }

  @Test(
    "every record is whole, and in its turn",
    arguments: [(12, 40), (3, 150), (2, 300)])
  func laps(rounds: Int, samples: Int) throws {
    let (bytes, times) = bytes(rounds: rounds, samples: samples)
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("kvmscope-laps-\(UUID().uuidString).perf.data")
    defer { try? FileManager.default.removeItem(at: path) }
    try Data(bytes).write(to: path)
    let reading = try PerfDataReading.read(MappedFile(path: path.path)).reading
    #expect(reading.events.map(\.time) == times)
    #expect(reading.events.allSatisfy { UInt64($0.value) == $0.time })
    #expect(reading.damage == [])
    #expect(reading.gaps == [])
    #expect(reading.clockWentBack == 0)
  }
}
