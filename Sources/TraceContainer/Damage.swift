public import TraceBytes

/// Something in a file that could not be read, while the rest could.
public struct Damage: Sendable, Hashable {
  /// Where in the file.
  public var offset: FileOffset
  /// What is damaged and what was done about it, as one line.
  public var what: String

  /// Damage at `offset`.
  public init(offset: FileOffset, what: String) {
    self.offset = offset
    self.what = what
  }
}

extension Damage: CustomStringConvertible {
  /// One line with the place.
  public var description: String { "at offset \(offset): \(what)" }
}
