/// A source whose first bytes can be looked at before they are read.
public final class PeekedSource: ByteSource {
  private let source: any ByteSource
  private let head: ByteBuffer

  /// Looks at the head of a source that nobody has read from.
  ///
  /// - Parameters:
  ///   - source: what is read.
  ///   - capacity: the most bytes that can be looked at.
  public init(_ source: any ByteSource, capacity: Int) {
    self.source = source
    head = ByteBuffer(capacity: capacity)
  }

  /// The bytes looked at and not read yet.
  public var peeked: RawSpan {
    @_lifetime(borrow self)
    get {
      // The buffer is held in a `let` of this source.
      let head = self.head
      return lend(head.content, heldBy: self)
    }
  }

  /// Looks at some more bytes; waits until there is at least one.
  ///
  /// - Returns: false at the end of the source, or when no more can be looked at.
  public func peekMore() -> Bool { head.fill(from: source) > 0 }

  /// Whether as many bytes were looked at as can be: more may follow.
  public var isFull: Bool { head.end - head.begin == head.capacity }

  /// See ``ByteSource/read(into:)``.
  public func read(into room: inout MutableRawSpan) -> Int {
    let count = min(head.end - head.begin, room.byteCount)
    guard count > 0 else { return source.read(into: &room) }
    head.copy(count, into: &room)
    head.take(upTo: head.begin + count)
    return count
  }

  /// See ``ByteSource/mayWait``.
  public var mayWait: Bool { head.begin == head.end && source.mayWait }

  /// See ``ByteSource/failure``.
  public var failure: SourceFailure? { source.failure }

  /// See ``ByteSource/byteCount``.
  public var byteCount: UInt64? { source.byteCount }

  /// See ``ByteSource/rewind()``.
  public func rewind() -> Bool {
    guard source.rewind() else { return false }
    head.removeAll()
    return true
  }
}
