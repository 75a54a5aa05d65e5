internal import Foundation
internal import Testing
internal import TraceBytes
internal import TraceContainer
internal import TraceTestSupport

/// Files that are larger than the memory that they are read through.
@Suite("perf.data that is larger than its window")
struct PerfDataLapTests {
  /// Two CPUs, of which the second one's buffer is read behind the first one's, in rounds of so many
  /// samples of 1 KB for each: fewer than 2048 are not handed out alone.
  private func bytes(rounds: [Int]) -> (file: [UInt8], times: [UInt64]) {
    var builder = PerfDataBuilder()
    let filling = [UInt8](repeating: 0xaa, count: 1000)
    var times: [UInt64] = []
    var begin: UInt64 = 1
    for count in rounds {
      for cpu in 0..<2 {
        for at in 0..<count {
          var sample = PerfDataBuilder.Sample(time: begin + UInt64(at * 2 + cpu))
          sample.cpu = UInt32(cpu)
          sample.payload = builder.payload(sample) + filling
          builder.sample(sample)
          times.append(sample.time)
        }
      }
      begin += UInt64(count * 2)
      builder.round()
    }
    return (builder.file, times.sorted())
  }

  @Test(
    "every record is whole, and in its turn",
    arguments: [
      // Several laps; too much that waits for one; too much in the middle of a lap.
      [Int](repeating: 1100, count: 14), [4500, 4500], [1100, 1100, 1100, 1100, 1100, 7000, 1100],
    ])
  func laps(rounds: [Int]) throws {
    let (bytes, times) = bytes(rounds: rounds)
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

  /// Samples like those before are read a short way, which knows threads and not processes.
  @Test("a thread that nobody named is noted, though its process has the number of a thread")
  func processesAndThreads() throws {
    var builder = PerfDataBuilder()
    for at in 0..<40 as Range<UInt64> {
      var sample = PerfDataBuilder.Sample(time: 100 + at)
      sample.process = at < 20 ? 10 : 11
      sample.thread = at < 20 ? 11 : 12
      builder.sample(sample)
    }
    let (reading, _, records) = try PerfDataReading.read(builder.file)
    #expect(reading.events.count == 40)
    #expect(records.tasks.process(of: 11) == 10)
    #expect(records.tasks.process(of: 12) == 11)
  }
}
