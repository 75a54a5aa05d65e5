/// Memory for one record that is made up, field by field, from another form of it.
@safe
public final class RecordScratch {
  /// In bytes.
  public let capacity: Int
  /// Owned, freed in `deinit`.
  @usableFromInline let start: UnsafeMutableRawPointer

  /// All zeros.
  public init(capacity: Int) {
    self.capacity = capacity
    unsafe start = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
    // SAFETY: the whole allocation, which nobody else knows: every byte can be read from now on.
    unsafe start.initializeMemory(as: UInt8.self, repeating: 0, count: capacity)
  }

  deinit { unsafe start.deallocate() }

  /// All bytes.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // SAFETY: the allocation has so many bytes, all initialized, and lives as long as `self`.
      let span = unsafe RawSpan(_unsafeStart: start, byteCount: capacity)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Stores a number, lowest byte first.
  @inlinable
  @inline(__always)
  public func store(_ value: UInt64, at offset: Int) {
    precondition(offset >= 0 && offset + 8 <= capacity, "8 bytes at \(offset) of \(capacity)")
    // SAFETY: checked above.
    unsafe start.storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt64.self)
  }

  /// Stores eight numbers, lowest byte first.
  public func store(_ values: InlineArray<8, UInt64>, at offset: Int) {
    precondition(offset >= 0 && offset + 64 <= capacity, "64 bytes at \(offset) of \(capacity)")
    for at in 0..<8 {
      // SAFETY: checked above: all eight lie inside the allocation.
      unsafe start.storeBytes(
        of: values[at].littleEndian, toByteOffset: offset + at * 8, as: UInt64.self)
    }
  }

  /// Copies bytes; they must fit.
  public func store(_ source: RawSpan, _ range: Range<Int>, at offset: Int) {
    precondition(
      offset >= 0 && offset + range.count <= capacity, "\(range.count) bytes at \(offset)")
    let part = source.extracting(range)
    // SAFETY: checked above; the source is memory of somebody else.
    unsafe part.withUnsafeBytes { bytes in
      unsafe UnsafeMutableRawBufferPointer(start: start + offset, count: bytes.count)
        .copyMemory(from: bytes)
    }
  }
}
