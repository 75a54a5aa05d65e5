internal import Glibc

/// Memory of fixed size that bytes of a source pass through.
///
/// Behind the content there are always `slack` readable bytes, so that a whole word may be loaded
/// at any position of it.
///
///     ├── taken ──┤├── content ──┤├── room ──┤├ slack ┤
@safe
public final class ByteBuffer {
  /// The readable bytes behind the last one of the buffer.
  public static let slack = 32

  /// The most bytes of content.
  public let capacity: Int
  /// Where the content begins.
  public private(set) var begin = 0
  /// Where it ends.
  public private(set) var end = 0
  /// Owned, freed in `deinit`.
  private let start: UnsafeMutableRawPointer

  /// An empty buffer.
  public init(capacity: Int) {
    precondition(capacity > 0, "a buffer has room for something")
    self.capacity = capacity
    unsafe start = UnsafeMutableRawPointer.allocate(
      byteCount: capacity + Self.slack, alignment: 64)
    // SAFETY: the whole allocation, which nobody else knows: every byte can be read from now on.
    unsafe start.initializeMemory(as: UInt8.self, repeating: 0, count: capacity + Self.slack)
  }

  deinit { unsafe start.deallocate() }

  /// All bytes of the buffer, slack included; positions in it are those of `begin` and `end`.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // SAFETY: the allocation has so many bytes, all initialized, and lives as long as `self`.
      let span = unsafe RawSpan(_unsafeStart: start, byteCount: capacity + Self.slack)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// The bytes that were read and not taken yet.
  public var content: RawSpan {
    @_lifetime(borrow self)
    get { bytes.extracting(begin..<end) }
  }

  /// Counts bytes at the front as taken.
  public func take(upTo position: Int) {
    precondition(position >= begin && position <= end, "\(position) in \(begin)..<\(end)")
    begin = position
  }

  /// Copies the first bytes of the content; it and `room` must have as many.
  func copy(_ count: Int, into room: inout MutableRawSpan) {
    precondition(count <= end - begin && count <= room.byteCount, "\(count) bytes are too many")
    // SAFETY: checked above; the room is memory of somebody else, lent for writing.
    unsafe room.withUnsafeMutableBytes { target in
      unsafe target.copyMemory(from: UnsafeRawBufferPointer(start: start + begin, count: count))
    }
  }

  /// Forgets the content.
  public func removeAll() {
    begin = 0
    end = 0
  }

  /// Moves the content to the front and reads more behind it, once.
  ///
  /// - Returns: the bytes read; 0 at the end of the source, or when there is no room.
  public func fill(from source: any ByteSource) -> Int {
    if begin > 0 {
      // SAFETY: both ranges lie inside the allocation; memmove allows them to overlap.
      _ = unsafe memmove(start, start + begin, end - begin)
      end -= begin
      begin = 0
    }
    guard end < capacity else { return 0 }
    // SAFETY: the bytes from `end` to the capacity lie inside the allocation, are initialized, and
    // are lent to nobody while this call lasts: spans of `bytes` do not outlive their use.
    var room = unsafe MutableRawSpan(_unsafeStart: start + end, byteCount: capacity - end)
    let count = source.read(into: &room)
    precondition(
      count >= 0 && count <= capacity - end, "a source gave more than there was room for")
    end += count
    return count
  }
}
