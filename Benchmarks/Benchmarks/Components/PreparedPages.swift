import RingBuffer
import TraceBytes
import TraceContainer

/// The sub-buffers of a recording's top buffer in memory: what unpacking costs is not in what is read from here.
final class PreparedPages: CPUStreamSet {
  let layout: SubBufferLayout
  private let memory: MappedFile
  /// By stream.
  private let blocks: [[Range<Int>]]
  private var next: [Int]

  /// Unpacks all blocks of a recording.
  init(_ file: TraceDatFile) throws {
    layout = file.buffers[0].layout
    var bytes: [UInt8] = []
    blocks = try file.readers(for: file.buffers[0]).map { reader in
      var blocks: [Range<Int>] = []
      while try reader.nextBlock() {
        blocks.append(bytes.count..<bytes.count + reader.block.byteCount)
        bytes += reader.block.array()
      }
      return blocks
    }
    next = blocks.map { _ in 0 }
    memory = try MappedFile(copying: bytes, path: "unpacked sub-buffers")
  }

  /// Goes through the sub-buffers of one stream.
  func forEachPage(of stream: Int, _ body: (_ page: Int, _ length: Int) throws -> Void) throws {
    for block in blocks[stream] {
      for page in stride(from: block.lowerBound, to: block.upperBound, by: layout.pageSize) {
        try body(page, min(layout.pageSize, block.upperBound - page))
      }
    }
  }

  /// See ``CPUStreamSet/streamCount``.
  var streamCount: Int { blocks.count }

  /// See ``CPUStreamSet/layout(of:)``.
  func layout(of stream: Int) -> SubBufferLayout { layout }

  /// See ``CPUStreamSet/bytes``.
  var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      let memory = self.memory
      return held(memory.bytes, by: self)
    }
  }

  /// See ``CPUStreamSet/nextBlock(of:)``.
  func nextBlock(of stream: Int) -> NextBlock {
    guard next[stream] < blocks[stream].count else { return .end }
    defer { next[stream] += 1 }
    return .block(blocks[stream][next[stream]])
  }

  /// See ``CPUStreamSet/fileOffset(of:at:)``.
  func fileOffset(of stream: Int, at position: Int) -> UInt64 { UInt64(position) }

  /// See ``CPUStreamSet/damage(of:)``.
  func damage(of stream: Int) -> [(offset: UInt64, what: String)] { [] }
}
