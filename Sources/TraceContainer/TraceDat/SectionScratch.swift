internal import Decompression

/// Working memory for reading packed sections, used for one after the other.
final class SectionScratch {
  /// Unpacks.
  let decompressor = Decompressor()
  /// Holds the section that was unpacked last.
  let buffer = ChunkBuffer(capacity: Decompressor.maximumSectionSize)

  /// Working memory that has not been used.
  init() {}
}
