internal import RingBuffer
internal import TraceBytes

/// What `events/header_page` says about the parts of a sub-buffer.
///
///     \tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;
struct HeaderPage: Sendable, Hashable {
  /// Where the commit word starts, and its bytes.
  var commitOffset: Int
  var commitSize: Int
  /// Where the records start.
  var dataOffset: Int
  /// Bytes of a whole sub-buffer, as the kernel that wrote the text had them; 0 if it did not say.
  var pageSize: Int

  /// Reads the text; nil when a field is missing or the timestamp is not the kernel's eight bytes
  /// at the start.
  init?(_ text: String) {
    var timestamp: (offset: Int, size: Int)?
    var commit: (offset: Int, size: Int)?
    var data: (offset: Int, size: Int)?
    // The text is ASCII: bytes are enough, and far cheaper than characters.
    for line in text.utf8.split(whereSeparator: { (0x0a...0x0d).contains($0) }) {
      guard let (name, offset, size) = HeaderPage.field(line) else { continue }
      switch name {
      case "timestamp": timestamp = (offset, size)
      case "commit": commit = (offset, size)
      case "data": data = (offset, size)
      default: continue
      }
    }
    guard let timestamp, timestamp.offset == 0, timestamp.size == 8, let commit, let data else {
      return nil
    }
    commitOffset = commit.offset
    commitSize = commit.size
    dataOffset = data.offset
    let (size, overflow) = data.offset.addingReportingOverflow(data.size)
    pageSize = overflow || data.size <= 8 ? 0 : size
  }

  /// The layout of sub-buffers of `pageSize` bytes, or nil if there is none like that.
  func layout(pageSize: UInt64, order: ByteOrder) -> SubBufferLayout? {
    SubBufferLayout(
      pageSize: Int(clamping: pageSize), commitOffset: commitOffset, commitSize: commitSize,
      dataOffset: dataOffset, order: order)
  }

  /// Name, offset and size of the field that a line describes.
  private static func field(
    _ line: Substring.UTF8View
  ) -> (name: Substring, offset: Int, size: Int)? {
    var name: Substring?
    var offset: Int?
    var size: Int?
    for part in line.split(separator: UInt8(ascii: ";")) {
      let part = part.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      guard let colon = part.firstIndex(of: UInt8(ascii: ":")) else { continue }
      let value = part[part.index(after: colon)...]
      switch Substring(part[..<colon]) {
      case "field": name = value.split(separator: UInt8(ascii: " ")).last.map { Substring($0) }
      case "offset": offset = Int(Substring(value))
      case "size": size = Int(Substring(value))
      default: continue
      }
    }
    guard let name, let offset, let size else { return nil }
    return (name, offset, size)
  }
}
