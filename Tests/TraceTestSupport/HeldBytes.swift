internal import TraceBytes

/// Bytes that lend a span: what tests decode.
public final class HeldBytes: Sendable {
  /// The bytes, mapped: a read past their end would be seen.
  private let file: MappedFile?

  /// Holds a copy of `bytes`, which may be empty.
  public init(_ bytes: [UInt8]) {
    file = try? MappedFile(copying: bytes, path: "bytes of a test")
  }

  /// The bytes.
  public var span: RawSpan {
    @_lifetime(borrow self)
    get {
      guard let file else { return RawSpan() }
      return lend(file.bytes, heldBy: self)
    }
  }
}
