internal import TraceBytes

/// The form for pipes: attributes, features and format texts are records before the first sample.
extension PerfDataFile {
  /// Reads the records before the first sample.
  mutating func readPipe() throws(ContainerError) {
    let file = self.file
    let bytes = file.bytes
    data = min(16, file.byteCount)..<file.byteCount
    announcedSize = UInt64(data.count)
    var at = data.lowerBound
    var hasSamples = false
    while at + 8 <= data.upperBound, !hasSamples {
      let type = bytes.u32(at: at, order)
      let size = Int(bytes.u16(at: at + 6, order))
      guard size >= 8, size <= data.upperBound - at else { break }
      var next = at + size
      let content = at + 8..<next
      switch type {
      case PerfRecordType.headerAttribute: readAttribute(content)
      case PerfRecordType.headerFeature: readFeature(content)
      case PerfRecordType.headerTracingData:
        guard size >= 12 else { break }
        let length = Int(bytes.u32(at: at + 8, order))
        let range = next..<min(next + length, data.upperBound)
        var cursor = ByteCursor(
          bytes.extracting(range), base: FileOffset(range.lowerBound), order: order)
        do {
          try readTracingData(&cursor)
        } catch {
          damage.append(Damage(offset: inside(error.offset), what: "the format texts end early"))
        }
        next = min(next + (length + 7) / 8 * 8, data.upperBound)
      case PerfRecordType.auxiliaryTrace:
        next = PerfDataFile.end(ofAuxiliaryTrace: at, size, bytes, data.upperBound, order)
      case PerfRecordType.sample, PerfRecordType.compressed, PerfRecordType.compressed2,
        PerfRecordType.finishedRound:
        hasSamples = true
      default: break
      }
      at = next
    }
    if attributes.isEmpty {
      throw ContainerError(
        .missingPart, at: FileOffset(at), part: "attributes",
        suggestion: "no event is described before the first sample")
    }
    if formats.isEmpty, attributes.contains(where: \.isTracepoint) {
      throw ContainerError(
        .missingPart, at: FileOffset(at), part: "format texts",
        suggestion: "no format text stands before the first sample")
    }
  }

  /// Where an AUXTRACE record's own data end: they follow the record.
  static func end(
    ofAuxiliaryTrace at: Int, _ size: Int, _ bytes: RawSpan, _ end: Int, _ order: ByteOrder
  ) -> Int {
    guard size >= 16 else { return at + size }
    let length = bytes.u64(at: at + 8, order)
    let left = UInt64(end - (at + size))
    return at + size + Int(min(length, left))
  }

  /// An attribute, then its ids.
  private mutating func readAttribute(_ range: Range<Int>) {
    let file = self.file
    let bytes = file.bytes
    guard range.count >= PerfAttribute.smallestSize, attributes.count < Self.mostAttributes else {
      damage.append(Damage(offset: FileOffset(range.lowerBound), what: "an attribute is too short"))
      return
    }
    let announced = Int(bytes.u32(at: range.lowerBound + 4, order))
    // The first version had no size.
    let size = announced == 0 ? PerfAttribute.smallestSize : announced
    guard size >= PerfAttribute.smallestSize, size <= range.count else {
      damage.append(
        Damage(
          offset: FileOffset(range.lowerBound + 4),
          what: "an attribute has \(announced) bytes, its record \(range.count)"))
      return
    }
    let start = range.lowerBound
    var attribute = PerfAttribute(bytes.extracting(start..<start + size), order)
    let ids = start + size..<range.upperBound
    attribute.ids = (0..<ids.count / 8).map { bytes.u64(at: ids.lowerBound + $0 * 8, order) }
    attributes.append(attribute)
  }

  /// u64 number, content.
  private mutating func readFeature(_ range: Range<Int>) {
    let file = self.file
    let bytes = file.bytes
    guard range.count >= 8 else { return }
    let number = bytes.u64(at: range.lowerBound, order)
    let content = range.lowerBound + 8..<range.upperBound
    guard number < 256, features.count < 1024 else { return }
    features.append(
      PerfFeature(
        number: Int(number), offset: FileOffset(content.lowerBound), size: UInt64(content.count)))
    var cursor = ByteCursor(
      bytes.extracting(content), base: FileOffset(content.lowerBound), order: order)
    do {
      try read(Int(number), &cursor)
    } catch {
      damage.append(
        Damage(offset: inside(error.offset), what: "feature \(number) ends early"))
    }
  }
}
