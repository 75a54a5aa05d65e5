internal import CZlib
internal import CZstd

/// How a built file is packed.
public enum Packing: String, Sendable, CaseIterable {
  /// Not at all.
  case none
  /// With zstd.
  case zstd
  /// With zlib.
  case zlib

  /// Packs `bytes` into one frame or stream.
  public func pack(_ bytes: [UInt8]) -> [UInt8] {
    switch self {
    case .none: return bytes
    case .zstd:
      let bound = ZSTD_compressBound(bytes.count)
      // SAFETY: both arrays are lent with their own sizes for the call; the result is checked.
      return unsafe [UInt8](unsafeUninitializedCapacity: bound) { room, count in
        let size = unsafe bytes.withUnsafeBytes { source in
          unsafe ZSTD_compress(room.baseAddress, bound, source.baseAddress, source.count, 3)
        }
        precondition(ZSTD_isError(size) == 0, "zstd cannot pack")
        count = size
      }
    case .zlib:
      let bound = Int(compressBound(UInt(bytes.count)))
      // SAFETY: as above: both sizes are the arrays' own.
      return unsafe [UInt8](unsafeUninitializedCapacity: bound) { room, count in
        var size = UInt(bound)
        let result = unsafe bytes.withUnsafeBufferPointer { source in
          unsafe compress2(room.baseAddress, &size, source.baseAddress, UInt(source.count), 6)
        }
        precondition(result == Z_OK, "zlib cannot pack")
        count = Int(size)
      }
    }
  }
}
