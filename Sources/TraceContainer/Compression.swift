public import Decompression

/// How a file says it is packed.
public struct Compression: Sendable, Hashable {
  /// The algorithm's name: `none`, `zstd`, `zlib`.
  public var name: String
  /// The version of the library that packed it; may be empty.
  public var version: String
  /// How to unpack it; nil if nothing is packed.
  public var codec: Codec?

  /// Nothing is packed, as in all files of version 6.
  static let none = Compression(name: "none", version: "", codec: nil)
}
