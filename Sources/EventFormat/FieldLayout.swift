public import TraceBytes

/// Where a field stands in an event's record, and how to read it as a number.
@frozen
public struct FieldLayout: Sendable, BitwiseCopyable {
  /// From the start of the record's payload, in bytes.
  public let offset: UInt16
  /// 1, 2, 4 or 8 bytes; 0 when the event has no such field.
  public let size: UInt8
  /// Whether the kernel declared it signed.
  public let isSigned: Bool

  /// No field.
  @inlinable
  public static var absent: FieldLayout { FieldLayout(offset: 0, size: 0, isSigned: false) }

  /// Names a place in a record.
  @inlinable
  public init(offset: UInt16, size: UInt8, isSigned: Bool) {
    self.offset = offset
    self.size = size
    self.isSigned = isSigned
  }

  /// Whether the event has the field.
  @inlinable
  public var isPresent: Bool { size != 0 }

  /// Reads the field's value.
  ///
  /// - Parameters:
  ///   - block: the bytes that the record lies in. The read is checked against them: a caller that has compared the
  ///     record's length with its event's `minimumLength` reads nothing but the record.
  ///   - base: where the record's payload begins in `block`.
  ///   - isBigEndian: the byte order of the trace.
  /// - Returns: the value, sign-extended if the field is signed; 0 when it is absent.
  @inlinable
  @inline(__always)
  public func read(in block: RawSpan, at base: Int, isBigEndian: Bool) -> UInt64 {
    let at = base &+ Int(offset)
    if isBigEndian { return readBigEndian(in: block, at: at) }
    // Comparisons and no jump table: the size of a field is the same every time, so each is predicted.
    if size == 4 {
      let word = block.u32(at: at)
      return isSigned ? UInt64(bitPattern: Int64(Int32(bitPattern: word))) : UInt64(word)
    }
    if size == 8 { return block.u64(at: at) }
    if size == 1 {
      let byte = block.u8(at: at)
      return isSigned ? UInt64(bitPattern: Int64(Int8(bitPattern: byte))) : UInt64(byte)
    }
    if size == 2 {
      let word = block.u16(at: at)
      return isSigned ? UInt64(bitPattern: Int64(Int16(bitPattern: word))) : UInt64(word)
    }
    return 0
  }

  @usableFromInline
  @inline(never)
  func readBigEndian(in block: RawSpan, at: Int) -> UInt64 {
    guard size != 0 else { return 0 }
    let raw = block.integer(at: at, size: Int(size), order: .big)
    guard isSigned && size < 8 else { return raw }
    let unused = UInt64(64 - Int(size) * 8)
    return UInt64(bitPattern: Int64(bitPattern: raw << unused) >> Int64(unused))
  }
}
