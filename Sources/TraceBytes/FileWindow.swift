internal import Glibc

/// A part of a file in memory of fixed size, which is used again as the part moves on.
///
///     file     ──────────┬──────────────────┬───────────────
///              base      ├───── bytes ──────┤ next
///     memory             ├───── bytes ──────┼─── room ───┤
///
/// See ``MappedFile/read(at:into:)`` for why this is faster than the mapping.
@safe
public final class FileWindow {
  /// The most bytes that can be held.
  public let capacity: Int
  /// How many bytes are held.
  public private(set) var byteCount = 0
  /// Where the first of them lies in the file.
  public private(set) var base: Int
  private let file: MappedFile
  /// The memory: owned, freed in `deinit`.
  private let start: UnsafeMutableRawPointer

  /// An empty window at a place of the file.
  ///
  /// Nil for a file that cannot be read, and without address space.
  public init?(_ file: MappedFile, at base: Int, capacity: Int) {
    guard file.canRead, capacity > 0, capacity <= 1 << 32 else { return nil }
    // SAFETY: a fresh private mapping without a file; its address is checked against MAP_FAILED.
    let address = unsafe mmap(
      nil, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else { return nil }
    self.capacity = capacity
    self.base = base
    self.file = file
    unsafe start = address
  }

  deinit {
    // SAFETY: made in `init` and owned; no span outlives its owner.
    unsafe munmap(start, capacity)
  }

  /// Bytes that can be added.
  public var room: Int { capacity - byteCount }

  /// Where the bytes end in the file.
  public var end: Int { base + byteCount }

  /// All bytes that the window may ever hold; those from `byteCount` on are old or zero.
  public var memory: RawSpan {
    @_lifetime(borrow self)
    get {
      // SAFETY: the mapping has so many bytes, all readable, and lives as long as `self`, which the
      // result borrows.
      let span = unsafe RawSpan(_unsafeStart: start, byteCount: capacity)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Reads on behind the bytes that are held.
  ///
  /// - Parameter count: how many bytes; not more than there is room for are read.
  /// - Returns: how many were read: fewer when the file ends, or when the system refuses.
  public func read(_ count: Int) -> Int {
    let wanted = min(max(count, 0), room)
    // SAFETY: the room has so many bytes, and nothing else looks at them during the call.
    var span = unsafe MutableRawSpan(_unsafeStart: start + byteCount, byteCount: wanted)
    let done = file.read(at: end, into: &span)
    byteCount += done
    return done
  }

  /// Removes bytes from the front: all others move down by so many.
  public func removeFirst(_ count: Int) {
    precondition(count >= 0 && count <= byteCount, "\(count) of \(byteCount) bytes")
    // SAFETY: checked above: both ranges lie inside the mapping; memmove allows them to overlap.
    _ = unsafe memmove(start, start + count, byteCount - count)
    byteCount -= count
    base += count
  }
}
