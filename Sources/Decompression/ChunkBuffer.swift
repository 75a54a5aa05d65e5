public import TraceBytes

/// Room for one unpacked chunk, used again for the next.
///
/// The room for the largest chunk is reserved at the first one and stays where it is: memory is
/// used only as far as chunks reach, and a view that somebody kept over the next chunk shows wrong
/// bytes, but never freed memory.
@safe
public final class ChunkBuffer {
  /// The most bytes a chunk may have.
  public let capacity: Int
  /// How many bytes the present chunk has: never more than `capacity`.
  public private(set) var byteCount: Int
  /// The room; nil until the first chunk.
  ///
  /// Owned: freed in `deinit` only.
  private var storage: UnsafeMutableRawPointer?
  /// Owns the storage, if it is a slot.
  private let arena: ChunkArena?

  /// An empty buffer.
  ///
  /// - Parameter capacity: the most bytes a chunk may have.
  public init(capacity: Int) {
    precondition(capacity >= 0, "a buffer cannot have \(capacity) bytes")
    self.capacity = capacity
    byteCount = 0
    arena = nil
    unsafe storage = nil
  }

  /// A buffer in a slot of an arena: what is put here is read there too.
  public init(arena: ChunkArena, slot: Int) {
    capacity = arena.slotSize
    byteCount = 0
    self.arena = arena
    // SAFETY: the slot has `capacity` bytes, and the arena lives as long as this buffer holds it.
    unsafe storage = arena.address(ofSlot: slot)
  }

  deinit {
    guard arena == nil else { return }
    // SAFETY: `storage` was allocated here and nobody else frees it; no span outlives its owner.
    unsafe storage?.deallocate()
  }

  /// The present chunk; empty before the first.
  ///
  /// To be used before the next chunk comes.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      guard let storage = unsafe storage else { return RawSpan() }
      // SAFETY: `byteCount` ≤ `capacity` bytes of the room were written, and it lives as long as
      // `self`, which the result borrows.
      let span = unsafe RawSpan(_unsafeStart: storage, byteCount: byteCount)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Forgets the present chunk.
  public func clear() {
    byteCount = 0
  }

  /// Reads a part of a file, as if it were a chunk.
  ///
  /// - Parameters:
  ///   - range: which bytes: at most `capacity`.
  ///   - file: one that can be read.
  /// - Returns: how many bytes were read: fewer when the file has become shorter or cannot be read.
  public func read(_ range: Range<Int>, of file: MappedFile) -> Int {
    // SAFETY: the room has as many bytes as the range, and is lent for this call only.
    unsafe fill(range.count) { room in
      var span = unsafe MutableRawSpan(_unsafeStart: room, byteCount: range.count)
      return file.read(at: range.lowerBound, into: &span)
    }
  }

  /// Lets `body` fill the room with a chunk of at most `size` bytes.
  ///
  /// - Parameters:
  ///   - size: bytes of the chunk: at most `capacity`.
  ///   - body: fills the first bytes of the room and says how many.
  /// - Returns: how many bytes were written.
  /// - Throws: what `body` throws; the buffer is then empty.
  func fill<Failure: Error>(
    _ size: Int, _ body: (UnsafeMutableRawPointer) throws(Failure) -> Int
  ) throws(Failure) -> Int {
    precondition(size >= 0 && size <= capacity, "\(size) bytes do not fit into \(capacity)")
    byteCount = 0
    let room: UnsafeMutableRawPointer
    if let storage = unsafe storage {
      unsafe room = storage
    } else {
      unsafe room = UnsafeMutableRawPointer.allocate(byteCount: max(capacity, 1), alignment: 16)
      unsafe storage = room
    }
    let written = try unsafe body(room)
    precondition(written >= 0 && written <= size, "more bytes were written than there is room for")
    byteCount = written
    return written
  }
}
