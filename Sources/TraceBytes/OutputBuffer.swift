/// Memory of fixed size that text is made in before it is handed on.
///
/// Its bytes are there from the beginning, so that a writer stores whole words anywhere in it and
/// keeps the place where the next one goes itself.
@safe
public final class OutputBuffer {
  /// In bytes.
  public let capacity: Int
  /// Owned, freed in `deinit`.
  private let start: UnsafeMutableRawPointer

  /// All zeros.
  public init(capacity: Int) {
    precondition(capacity > 0, "a buffer has room for something")
    self.capacity = capacity
    unsafe start = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 64)
    // SAFETY: the whole allocation, which nobody else knows: every byte can be read from now on.
    unsafe start.initializeMemory(as: UInt8.self, repeating: 0, count: capacity)
  }

  deinit { unsafe start.deallocate() }

  /// All bytes, to be written.
  ///
  /// To be taken anew for every use, and never while `bytes` is lent.
  public var room: MutableRawSpan {
    @_lifetime(borrow self)
    get {
      // SAFETY: the allocation has so many bytes, all initialized, and lives as long as `self`.
      let span = unsafe MutableRawSpan(_unsafeStart: start, byteCount: capacity)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// All bytes, to be read.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // SAFETY: as for `room`.
      let span = unsafe RawSpan(_unsafeStart: start, byteCount: capacity)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }
}

extension MutableRawSpan {
  /// Stores eight bytes, the lowest one first; traps where they do not fit.
  @inlinable
  @inline(__always)
  @_lifetime(self: copy self)
  public mutating func store(_ word: UInt64, at offset: Int) {
    storeBytes(of: word.littleEndian, toByteOffset: offset, as: UInt64.self)
  }
}
