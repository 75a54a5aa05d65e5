internal import Decompression
internal import Testing
internal import TraceBytes
internal import TraceTestSupport

/// What a stream gives before its damage.
@Suite("Unpacking streams")
struct UnpackingSourceTests {
  /// Everything that comes out, with room for so many bytes at a time.
  private func unpack(
    _ packed: [UInt8], room: Int, sizes: [Int] = [1 << 20]
  ) throws -> (bytes: [UInt8], failure: SourceFailure?) {
    let source = try #require(UnpackingSource(BytesSource(packed, sizes: sizes), .zstd))
    let buffer = ByteBuffer(capacity: room)
    var bytes: [UInt8] = []
    while buffer.fill(from: source) > 0 {
      bytes += buffer.content.array()
      buffer.removeAll()
    }
    return (bytes, source.failure)
  }

  /// Bytes that do not pack to nothing, in several blocks.
  private static let plain: [UInt8] = {
    var random = SeededGenerator(seed: 3)
    return (0..<400_000).map { _ in UInt8.random(in: 0..<40, using: &random) }
  }()

  /// A frame that ends with a checksum of four bytes, which is wrong.
  private static let wrongSum: [UInt8] = {
    var frame = Packing.zstd.pack(plain)
    // The third bit of the header's first byte, behind the mark, announces a checksum.
    frame[4] |= 4
    return frame + [1, 2, 3, 4]
  }()

  @Test("a wrong checksum loses nothing", arguments: [1000, 1 << 16, 1 << 20])
  func checksum(room: Int) throws {
    for sizes in [[1 << 20], [1], [5, 70_000]] {
      let (bytes, failure) = try unpack(Self.wrongSum, room: room, sizes: sizes)
      #expect(bytes == Self.plain)
      #expect(failure?.what.contains("checksum") == true)
      #expect(failure.map { $0.offset >= UInt64(Self.wrongSum.count) - 8 } == true)
    }
  }

  @Test("a damaged block loses what is behind it, and nothing before")
  func block() throws {
    var frame = Packing.zstd.pack(Self.plain)
    let middle = frame.count * 2 / 3
    // Whatever is made of a block's own bytes: the header of the one behind it cannot be.
    for at in middle..<frame.count { frame[at] = 0xff }
    for room in [1000, 1 << 20] {
      let (bytes, failure) = try unpack(frame, room: room)
      #expect(bytes.count >= 1 << 17 && bytes.count < Self.plain.count)
      #expect(bytes.starts(with: Self.plain[..<(1 << 17)]))
      #expect(failure?.what.hasPrefix("zstd: ") == true)
    }
  }

  @Test("a stream that is cut gives all blocks that are there, however small the room")
  func cut() throws {
    let frame = Packing.zstd.pack(Self.plain)
    let cut = Array(frame.dropLast(10))
    let whole = try unpack(cut, room: 1 << 20).bytes
    #expect(whole.count >= 3 << 17)
    let (bytes, failure) = try unpack(cut, room: 1000)
    #expect(bytes == whole && bytes == Array(Self.plain[..<bytes.count]))
    #expect(failure?.what == "the packed data end in the middle")
  }

  @Test("sound frames behind each other are one stream", arguments: [1000, 1 << 20])
  func frames(room: Int) throws {
    let frame = Packing.zstd.pack(Self.plain)
    let (bytes, failure) = try unpack(
      frame + Packing.zstd.pack([]) + frame, room: room, sizes: [4096, 3])
    #expect(bytes == Self.plain + Self.plain)
    #expect(failure == nil)
  }
}
