/// Reads one value after the other out of borrowed bytes, and never past their end.
///
/// A cursor is a view: it cannot outlive the bytes it reads. Its position is kept in the file's own
/// count, so that an error names the place in the file, whatever part of it is being read.
///
///     var cursor = ByteCursor(file.bytes, order: .little)
///     let systems = try cursor.u32()
public struct ByteCursor: ~Escapable {
  /// The bytes read from.
  @usableFromInline let span: RawSpan
  /// Where the next value starts, from the start of the span.
  public private(set) var position: Int
  /// Where the span starts in the file.
  public let base: FileOffset
  /// Whether positions in the span are positions in the file; not so in a decompressed section.
  public let isDirect: Bool
  /// The byte order of the integers.
  public var order: ByteOrder

  /// A cursor at the start of `bytes`.
  ///
  /// - Parameters:
  ///   - bytes: what to read.
  ///   - base: where `bytes` starts in the file.
  ///   - order: the byte order of the integers.
  ///   - isDecompressed: true when `bytes` is the content of the compressed section at `base`:
  ///     errors then name `base`, because a position in the content is none in the file.
  @_lifetime(copy bytes)
  public init(
    _ bytes: RawSpan, base: FileOffset = FileOffset(0), order: ByteOrder = .little,
    isDecompressed: Bool = false
  ) {
    self.span = bytes
    self.position = 0
    self.base = base
    self.order = order
    self.isDirect = !isDecompressed
  }

  /// Bytes left.
  public var remaining: Int { span.byteCount - position }

  /// Where the next value starts in the file (in a decompressed section: where the section starts).
  public var fileOffset: FileOffset { isDirect ? base.advanced(by: position) : base }

  /// All the bytes, those before the position too.
  public var bytes: RawSpan {
    @_lifetime(copy self)
    get { span }
  }
}

extension ByteCursor {
  /// Goes past `count` bytes and says where they start.
  ///
  /// - Throws: `ReadError` when fewer are left; the position is then unchanged.
  @_lifetime(self: copy self)
  private mutating func take(_ count: Int) throws(ReadError) -> Int {
    guard count <= remaining else { throw shortage(of: UInt64(clamping: count)) }
    let start = position
    position += count
    return start
  }

  /// The error for `wanted` bytes that are not there.
  private func shortage(of wanted: UInt64) -> ReadError {
    ReadError(offset: fileOffset, wanted: wanted, available: UInt64(clamping: remaining))
  }

  /// The next byte.
  @_lifetime(self: copy self)
  public mutating func u8() throws(ReadError) -> UInt8 {
    span.u8(at: try take(1))
  }

  /// The next two bytes as an integer.
  @_lifetime(self: copy self)
  public mutating func u16() throws(ReadError) -> UInt16 {
    span.u16(at: try take(2), order)
  }

  /// The next four bytes as an integer.
  @_lifetime(self: copy self)
  public mutating func u32() throws(ReadError) -> UInt32 {
    span.u32(at: try take(4), order)
  }

  /// The next eight bytes as an integer.
  @_lifetime(self: copy self)
  public mutating func u64() throws(ReadError) -> UInt64 {
    span.u64(at: try take(8), order)
  }

  /// Goes past the next `count` bytes.
  ///
  /// - Returns: where they are in `bytes`.
  @_lifetime(self: copy self)
  @discardableResult
  public mutating func skip(_ count: UInt64) throws(ReadError) -> Range<Int> {
    guard count <= UInt64(clamping: remaining) else { throw shortage(of: count) }
    // Exact: `count` is at most `remaining`, which is an Int.
    let start = try take(Int(count))
    return start..<position
  }

  /// A view of the next `count` bytes.
  @_lifetime(copy self)
  public mutating func bytes(_ count: UInt64) throws(ReadError) -> RawSpan {
    let range = try skip(count)
    return span.extracting(range)
  }

  /// A copy of the next `count` bytes.
  @_lifetime(self: copy self)
  public mutating func array(_ count: UInt64) throws(ReadError) -> [UInt8] {
    let range = try skip(count)
    return span.array(range)
  }

  /// The text up to the next zero byte, which is read too but not returned.
  ///
  /// - Parameter limit: the most bytes the text may have, the zero byte not counted.
  /// - Returns: the text; what is not UTF-8 is replaced by U+FFFD.
  /// - Throws: `ReadError` when no zero byte comes within the limit or before the end.
  @_lifetime(self: copy self)
  public mutating func cString(limit: Int = 4096) throws(ReadError) -> String {
    let end = position + min(remaining, limit + 1)
    guard let zero = span.firstIndex(of: 0, from: position, to: end) else {
      throw shortage(of: UInt64(clamping: min(remaining, limit)) + 1)
    }
    let text = span.text(position..<zero)
    position = zero + 1
    return text
  }

  /// Reads on at `position`, counted from the start of the span.
  ///
  /// - Throws: `ReadError` when the span ends before.
  @_lifetime(self: copy self)
  public mutating func seek(to position: UInt64) throws(ReadError) {
    guard position <= UInt64(clamping: span.byteCount) else {
      throw ReadError(
        offset: FileOffset(position), wanted: 1, available: 0)
    }
    self.position = Int(position)
  }
}
