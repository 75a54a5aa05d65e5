/// Integers at any position of a trace's bytes, aligned or not.
///
/// Every load is checked against the bounds of the span, in release builds too: a position outside
/// traps. Code that takes a position from the file compares it with `byteCount` first and reports
/// damage instead.
extension RawSpan {
  /// The byte at `offset`.
  @inlinable
  @inline(__always)
  public func u8(at offset: Int) -> UInt8 {
    // SAFETY: the load checks `offset` against the span's bounds, and every bit pattern is an
    // integer.
    unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self)
  }

  /// The 16-bit integer at `offset`, lowest byte first.
  @inlinable
  @inline(__always)
  public func u16(at offset: Int) -> UInt16 {
    // SAFETY: as for `u8(at:)`: bounds are checked by the load.
    UInt16(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  /// The 32-bit integer at `offset`, lowest byte first.
  @inlinable
  @inline(__always)
  public func u32(at offset: Int) -> UInt32 {
    // SAFETY: as for `u8(at:)`: bounds are checked by the load.
    UInt32(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// The 64-bit integer at `offset`, lowest byte first.
  @inlinable
  @inline(__always)
  public func u64(at offset: Int) -> UInt64 {
    // SAFETY: as for `u8(at:)`: bounds are checked by the load.
    UInt64(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// The 16-bit integer at `offset`, in the byte order of the trace.
  @inlinable
  @inline(__always)
  public func u16(at offset: Int, _ order: ByteOrder) -> UInt16 {
    let value = u16(at: offset)
    return order == .little ? value : value.byteSwapped
  }

  /// The 32-bit integer at `offset`, in the byte order of the trace.
  @inlinable
  @inline(__always)
  public func u32(at offset: Int, _ order: ByteOrder) -> UInt32 {
    let value = u32(at: offset)
    return order == .little ? value : value.byteSwapped
  }

  /// The 64-bit integer at `offset`, in the byte order of the trace.
  @inlinable
  @inline(__always)
  public func u64(at offset: Int, _ order: ByteOrder) -> UInt64 {
    let value = u64(at: offset)
    return order == .little ? value : value.byteSwapped
  }

  /// The unsigned integer of `size` bytes at `offset`, extended with zeros.
  ///
  /// - Parameters:
  ///   - offset: where the integer starts.
  ///   - size: 1, 2, 4 or 8; anything else is a programmer's error.
  ///   - order: the byte order of the trace.
  /// - Returns: the value.
  @inlinable
  public func integer(at offset: Int, size: Int, order: ByteOrder = .little) -> UInt64 {
    switch size {
    case 1: return UInt64(u8(at: offset))
    case 2: return UInt64(u16(at: offset, order))
    case 4: return UInt64(u32(at: offset, order))
    case 8: return u64(at: offset, order)
    default: preconditionFailure("an integer has 1, 2, 4 or 8 bytes, not \(size)")
    }
  }
}
