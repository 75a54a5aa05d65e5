import Decompression
import TraceBytes

/// One block of a stream, read or unpacked, and what was found out on the way to it.
struct ReadBlock {
  /// Where it lies: in the arena, or in the file where nothing is copied.
  ///
  /// Empty at the end of the stream.
  var place = 0..<0
  /// Where it starts in the file (packed: where its chunk does).
  var fileOffset = FileOffset(0)
  /// What stood before it could not be read.
  var isBehindGap = false
  /// The damage since the block before.
  var damage: [Damage] = []
  /// There is no block: the stream has come to its end.
  var isEnd = false
}

/// Reads the blocks of one stream into its slots of an arena.
final class BlockReader {
  let reader: CPUStreamReader
  /// The slots of the arena, by their first bytes; one at 0 without an arena.
  private let slotStarts: [Int]
  private let hasArena: Bool
  private var damageSeen = 0

  /// How many blocks there is room for.
  var slotCount: Int { slotStarts.count }

  init(_ reader: CPUStreamReader, slotStarts: [Int], hasArena: Bool) {
    self.reader = reader
    self.slotStarts = slotStarts
    self.hasArena = hasArena
  }

  /// Goes on to the next block.
  ///
  /// - Parameters:
  ///   - slot: where to put it; what was there is lost.
  ///   - decompressor: working memory that no other thread uses now.
  /// - Returns: the block, or the stream's end.
  func read(into slot: Int, with decompressor: Decompressor) -> ReadBlock {
    var block = ReadBlock()
    block.isEnd = !next(slot, decompressor)
    block.fileOffset = reader.blockFileOffset
    block.isBehindGap = reader.takeGap()
    if reader.damage.count > damageSeen {
      block.damage = Array(reader.damage[damageSeen...])
      damageSeen = reader.damage.count
    }
    if !block.isEnd {
      let range = reader.blockRange
      block.place = slotStarts[slot] + range.lowerBound..<slotStarts[slot] + range.upperBound
    }
    return block
  }

  private func next(_ slot: Int, _ decompressor: Decompressor) -> Bool {
    // What is looked at in its own mapping has no place in an arena, and the reverse. trace-cmd packs
    // all buffers of a file or none.
    guard reader.usesChunk == hasArena else {
      if reader.location.size > 0 {
        reader.note(
          ContainerError(
            .undecodable, at: reader.location.offset,
            part: "data of CPU \(reader.location.cpu) are packed in another way than the rest"))
      }
      return false
    }
    do throws(ContainerError) {
      return try reader.nextBlock(in: slot, with: decompressor)
    } catch {
      reader.note(error)
      return false
    }
  }
}
