/// A source that can be read only once, kept in a spool as it is read, so that it can be read again.
///
/// Where the spool fails (a full disk), reading goes on and going back is no longer possible.
public final class SpooledSource: ByteSource {
  private let source: any ByteSource
  private let spool: Spool
  private var position: UInt64 = 0
  private var isLost = false

  /// Keeps what is read of `source`.
  public init(_ source: any ByteSource, in spool: Spool) {
    self.source = source
    self.spool = spool
  }

  /// From now on nothing is kept: going back is no longer possible.
  public func stopKeeping() { isLost = true }

  /// Reads the rest, and gives everything as a mapped file.
  ///
  /// - Parameter path: what messages call it.
  /// - Returns: the file, which outlives this source.
  /// - Throws: `FileError` when there is nothing, and when the spool has failed.
  public func map(path: String) throws(FileError) -> MappedFile {
    if !isLost, !spool.append(allOf: source) { isLost = true }
    if let reason = spool.failure { throw .cannotKeep(path: path, reason: reason) }
    return try spool.map(path: path)
  }

  /// See ``ByteSource/read(into:)``.
  public func read(into room: inout MutableRawSpan) -> Int {
    if position < spool.byteCount {
      let count = spool.read(at: position, into: &room)
      position += UInt64(count)
      return count
    }
    // Whoever interrupts wants what there is, and no more.
    if HostProcess.wasInterrupted { return 0 }
    let count = source.read(into: &room)
    if count > 0 {
      let bytes = room.bytes
      if !isLost, !spool.append(bytes.extracting(0..<count)) { isLost = true }
      position += UInt64(count)
    }
    return count
  }

  /// See ``ByteSource/mayWait``.
  public var mayWait: Bool { position >= spool.byteCount && source.mayWait }

  /// See ``ByteSource/failure``.
  public var failure: SourceFailure? { source.failure }

  /// See ``ByteSource/byteCount``.
  public var byteCount: UInt64? { source.byteCount }

  /// See ``ByteSource/rewind()``.
  public func rewind() -> Bool {
    guard !isLost else { return false }
    position = 0
    return true
  }
}
