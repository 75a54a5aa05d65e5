internal import RingBuffer
internal import TraceBytes
internal import TraceContainer
internal import TraceTestSupport

/// A long recording made of a short real one: its CPU data several times, each round later in time.
public enum GrownTrace {
  /// A file of version 6, and how many records it has.
  ///
  /// - Parameters:
  ///   - name: a trace.dat fixture without absolute time stamps in its data.
  ///   - times: how often the data come.
  /// - Returns: the bytes of the file, and its records.
  /// - Throws: when the fixture cannot be read.
  public static func make(
    fixture name: String, times: Int
  ) throws -> (bytes: [UInt8], records: Int) {
    let file = try TraceDatFile.open(MappedFile(path: Fixture.path(name)))
    let buffer = file.buffers[0]
    var cpus: [[[UInt8]]] = []
    var records = 0
    var span: (first: UInt64, last: UInt64) = (.max, 0)
    for reader in file.readers(for: buffer) {
      var pages: [[UInt8]] = []
      var cursor = SubBufferCursor(layout: buffer.layout)
      while try reader.nextBlock() {
        let block = reader.block
        for page in stride(from: 0, to: block.byteCount, by: buffer.pageSize) {
          pages.append(block.array(page..<page + buffer.pageSize))
          _ = try cursor.begin(pageAt: page, pageLength: buffer.pageSize, in: block)
          while let record = try cursor.next(in: block) {
            records += 1
            span = (min(span.first, record.timestamp), max(span.last, record.timestamp))
          }
        }
      }
      cpus.append(pages)
    }
    // A round begins a little after the one before has ended.
    let round = span.last - span.first + 1_000_000
    var builder = TraceDatBuilder(
      cpus: cpus.map { pages in
        (0..<times).flatMap { number in pages.map { later($0, by: UInt64(number) * round) } }
      })
    builder.version = 6
    builder.pageSize = buffer.pageSize
    let systems = Set(file.formats.map(\.system)).subtracting(["ftrace"]).sorted()
    builder.formats = systems.map { system in
      (
        system,
        file.formats.filter { $0.system == system }.map { String(decoding: $0.text, as: UTF8.self) }
      )
    }
    return (builder.bytes(), records * times)
  }

  /// A sub-buffer with another time in its header.
  private static func later(_ page: [UInt8], by time: UInt64) -> [UInt8] {
    var page = page
    let old = (0..<8).reduce(UInt64(0)) { $0 | UInt64(page[$1]) << UInt64($1 * 8) }
    for at in 0..<8 { page[at] = UInt8(truncatingIfNeeded: (old + time) >> UInt64(at * 8)) }
    return page
  }
}
