internal import TraceBytes

/// Where a part of the metadata is, for parts that are read only when somebody asks.
enum SectionPlace: Sendable, Hashable {
  /// Nowhere: not recorded.
  case none
  /// Version 6: these bytes of the file.
  case bytes(Range<Int>)
  /// Version 7: the section that starts here.
  case section(FileOffset)
}
