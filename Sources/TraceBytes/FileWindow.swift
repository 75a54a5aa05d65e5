internal import Glibc

/// A part of a file in memory of fixed size, which is used again as the part moves on.
///
/// The memory is filled from its begin to its end, lap by lap. What is still needed of the lap before
/// stays where it is until then:
///
///     file     ──────┬───────────┬──────────────┬──────────────
///                    │ needed    │ present lap  │ next
///     memory         ├ present lap ─┼─ room ─┤ needed ─┤
///                    base           end      limit
///
/// See ``MappedFile/read(at:into:)`` for why this is faster than the mapping.
@safe
public final class FileWindow {
  /// The most bytes that can be held.
  public let capacity: Int
  /// Where the bytes of the present lap end in the memory.
  public private(set) var byteCount = 0
  /// Where the memory's begin lies in the file, as the present lap has it.
  public private(set) var base: Int
  /// The same as the lap before has it.
  public private(set) var baseBefore: Int
  /// Where the bytes of the lap before begin that are still needed; the memory's end without any.
  public private(set) var limit: Int
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
    baseBefore = base
    limit = capacity
    self.file = file
    unsafe start = address
  }

  deinit {
    // SAFETY: made in `init` and owned; no span outlives its owner.
    unsafe munmap(start, capacity)
  }

  /// Bytes that can be added.
  public var room: Int { limit - byteCount }

  /// Where the bytes end in the file.
  public var end: Int { base + byteCount }

  /// All bytes that the window may ever hold; those from `byteCount` up to `limit` are old or zero.
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

  /// Says which bytes of the lap before are still needed: those from a place on, or none.
  ///
  /// The place must not lie in front of what was said before.
  public func keep(from place: Int?) {
    precondition((place ?? capacity) >= limit && (place ?? 0) <= capacity, "given up before")
    limit = place ?? capacity
  }

  /// Goes back to the memory's begin: a new lap.
  ///
  /// - Parameters:
  ///   - rest: where the bytes begin that the new lap takes along.
  ///   - needed: where those begin that stay where they are, and are still needed; the ones taken along
  ///     must have room in front of it.
  public func startLap(with rest: Int, needed: Int) {
    precondition(limit == capacity && needed >= 0 && needed <= rest && rest <= byteCount)
    let count = byteCount - rest
    precondition(count <= needed, "no room for \(count) bytes")
    // SAFETY: checked above: both ranges lie inside the mapping; memmove allows them to overlap.
    _ = unsafe memmove(start, start + rest, count)
    baseBefore = base
    base += rest
    byteCount = count
    limit = needed
  }
}
