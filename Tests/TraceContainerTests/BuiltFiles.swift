internal import RingBuffer
internal import TraceBytes
internal import TraceTestSupport

/// A built file and what must be found in it.
struct BuiltFile {
  /// How to build it.
  var builder: TraceDatBuilder
  /// The sub-buffers by buffer and CPU.
  var pages: [[[PageBuilder]]]

  /// A file with random sub-buffers: CPU 0 with many, CPU 1 without any, CPU 2 with one.
  static func random(
    version: Int, packing: Packing = .none, order: ByteOrder = .little, longSize: Int = 8,
    pageSize: Int = 1024, instances: [String] = [], using generator: inout SeededGenerator
  ) -> BuiltFile {
    var buffers: [TraceDatBuilder.Buffer] = []
    var all: [[[PageBuilder]]] = []
    for name in [""] + instances {
      var cpus: [[PageBuilder]] = []
      for count in [23, 0, 1] {
        var time = UInt64.random(in: 0..<1 << 50, using: &generator)
        var pages: [PageBuilder] = []
        for _ in 0..<count {
          let page = PageBuilder.random(
            timestamp: time, pageSize: pageSize, longSize: longSize, order: order,
            using: &generator)
          time = page.now
          pages.append(page)
        }
        cpus.append(pages)
      }
      all.append(cpus)
      buffers.append(
        TraceDatBuilder.Buffer(
          name: name, clock: name.isEmpty ? "global" : "mono",
          cpus: cpus.map { $0.map { $0.bytes() } }))
    }
    var builder = TraceDatBuilder(buffers: buffers)
    builder.version = version
    builder.packing = packing
    builder.order = order
    builder.longSize = longSize
    builder.kernelLongSize = longSize
    builder.pageSize = pageSize
    return BuiltFile(builder: builder, pages: all)
  }

  /// The times of all records, by buffer and CPU.
  var times: [[UInt64]] {
    pages.flatMap { cpus in cpus.map { pages in pages.flatMap { $0.expected.map(\.timestamp) } } }
  }

  /// The losses, by the number of records before them, by buffer and CPU.
  var losses: [[Int: Loss]] {
    pages.flatMap { cpus in
      cpus.map { pages in
        var result: [Int: Loss] = [:]
        var count = 0
        for page in pages {
          if let lost = page.lost { result[count] = lost == 0 ? .uncounted : .counted(lost) }
          count += page.expected.count
        }
        return result
      }
    }
  }
}
