/// What stands before the content of each section of version 7: 16 bytes.
struct SectionHeader {
  /// What the section holds; see `TraceOption.ID`.
  var id: UInt16
  /// Bit 0: packed.
  var flags: UInt16
  /// Where the content is in the file: inside it.
  var content: Range<Int>

  /// Whether the content (of CPU data: each CPU's part of it) is packed.
  var isCompressed: Bool { flags & 1 != 0 }
}
