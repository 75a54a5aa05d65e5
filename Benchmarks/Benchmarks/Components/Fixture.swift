import EventFormat
import Foundation
import KVMTimeline
import TraceBytes
import TraceContainer

/// The repository's recordings, found from where this source file lies: they are there in any clone.
enum Fixture {
  /// Two CPUs and two vCPUs with L2, 66,313 events, packed with zstd.
  static let nested = path("trace-dat/svm-6.1/midway-2v-full.dat")
  /// A guest on a kernel with the bug: findings with evidence.
  static let unfixed = path("trace-dat/vmx-6.1-unfixed/vmx_invalid_nested_guest_state.dat")
  /// What `trace-cmd report` printed, packed.
  static let report = path("trace-dat/svm-6.1/nested_mix-1v-full-clock-tsc.report.zst")

  private static func path(_ name: String) -> String {
    var url = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { url.deleteLastPathComponent() }
    return url.appendingPathComponent("fixtures/\(name)").path
  }

  /// Opens a trace.dat.
  static func open(_ path: String) throws -> TraceDatFile {
    try TraceDatFile.open(MappedFile(path: path))
  }
}

extension TraceDatFile {
  /// Its formats, understood.
  var catalogue: EventCatalogue {
    EventCatalogue(
      formats.map { FormatSource(system: $0.system, text: $0.text) }, longSize: longSize,
      isBigEndian: order == .big)
  }

  /// A consumer that follows all vCPUs, as `summary` does.
  func consumer(_ catalogue: EventCatalogue, ordersByThread: Bool = false) -> TimelineConsumer {
    let cpus = buffers.flatMap(\.streams).map(\.cpu)
    let tracker = TimelineTracker(
      records: RecordedEvents(Set(catalogue.descriptors.map(\.kind))), cpuNumbers: cpus)
    return TimelineConsumer(
      tracker: tracker, catalogue: catalogue, cpus: Array(cpus.indices), conversion: nil,
      ordersByThread: ordersByThread)
  }
}
