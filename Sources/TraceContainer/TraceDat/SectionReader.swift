internal import Decompression
internal import TraceBytes

/// Reads sections of version 7, unpacked if need be.
struct SectionReader {
  /// The bytes.
  let file: MappedFile
  /// The byte order of the trace.
  let order: ByteOrder
  /// How packed sections are packed; nil if the file names no compression.
  let codec: Codec?
  /// Where to unpack; used for one section after the other.
  let scratch = SectionScratch()

  /// A reader for the sections of `trace`.
  init(_ trace: TraceDatFile) {
    file = trace.file
    order = trace.order
    codec = trace.compression.codec
  }

  /// Reads the header of the section at `offset`.
  func header(at offset: FileOffset, part: String) throws(ContainerError) -> SectionHeader {
    var cursor = ByteCursor(file.bytes, order: order)
    do {
      try cursor.seek(to: offset.rawValue)
    } catch {
      // The tables are written last, so this is what a cut file looks like.
      throw ContainerError(
        .cutShort, at: FileOffset(file.byteCount), found: UInt64(file.byteCount),
        expected: offset.advanced(by: 16).rawValue, part: "\(part) at offset \(offset)",
        suggestion: "the recording or a copy of it was cut; trace-cmd writes its tables last")
    }
    do {
      let id = try cursor.u16()
      let flags = try cursor.u16()
      // Where the description is among the strings: it says nothing that the id does not.
      try cursor.skip(4)
      let size = try cursor.u64()
      // The list of CPU data has its own checks: its size is zero while trace-cmd still writes.
      let content: Range<Int>
      if id == TraceOption.ID.buffer {
        content = cursor.position..<cursor.position
      } else {
        content = try cursor.skip(size)
      }
      return SectionHeader(id: id, flags: flags, content: content)
    } catch {
      throw ContainerError(
        .cutShort, at: FileOffset(min(error.offset.rawValue, UInt64(file.byteCount))),
        found: error.available, expected: error.wanted, part: part,
        suggestion: "the file may have been cut; copy or record it again")
    }
  }

  /// Reads one section, unpacked if need be.
  ///
  /// - Parameters:
  ///   - offset: where the section's header is.
  ///   - id: the id it must have.
  ///   - part: what errors call it.
  ///   - limit: the most bytes that a packed one may unpack to.
  ///   - body: reads the content.
  /// - Throws: `ContainerError` when the section is damaged, and what `body` throws.
  func read(
    at offset: FileOffset, id: UInt16, part: String,
    limit: Int = Decompressor.maximumSectionSize,
    _ body: (inout ByteCursor) throws(ContainerError) -> Void
  ) throws(ContainerError) {
    let header = try self.header(at: offset, part: part)
    guard header.id == id else {
      throw ContainerError(
        .wrongSection, at: offset, found: UInt64(header.id), expected: UInt64(id), part: part)
    }
    let content = file.bytes.extracting(header.content)
    let base = FileOffset(header.content.lowerBound)
    guard header.isCompressed else {
      var cursor = ByteCursor(content, base: base, order: order)
      return try body(&cursor)
    }
    guard let codec else {
      throw ContainerError(
        .undecodable, at: offset, part: "\(part) is packed, but the file names no compression")
    }
    // u32 packed size, u32 unpacked size, then the packed bytes.
    var cursor = ByteCursor(content, base: base, order: order)
    let unpackedSize: UInt64
    let packed: Range<Int>
    do {
      let packedSize = try cursor.u32()
      unpackedSize = UInt64(try cursor.u32())
      packed = try cursor.skip(UInt64(packedSize))
    } catch {
      throw ContainerError(error, part: part)
    }
    guard unpackedSize <= UInt64(limit) else {
      throw ContainerError(
        .tooLarge(announced: unpackedSize, limit: UInt64(limit)), at: offset, part: part)
    }
    do {
      try scratch.decompressor.decompress(
        content.extracting(packed), codec: codec, uncompressedSize: unpackedSize,
        into: scratch.buffer)
    } catch {
      throw ContainerError(error, at: offset, part: part)
    }
    let unpacked = scratch.buffer
    var inside = ByteCursor(
      unpacked.bytes, base: offset, order: order, isDecompressed: true)
    try body(&inside)
  }
}
