internal import CZstd

/// Unpacks what is stored beside the fixtures, by the C library alone: nothing of the project is in between.
public enum Unpacking {
  /// What was no single zstd frame with its size.
  public struct Failure: Error {
    /// What zstd says of it.
    public let reason: String
  }

  /// The text of one zstd frame.
  public static func text(zstd packed: [UInt8]) throws -> String {
    // SAFETY: the array is lent with its own size for the call.
    let size = unsafe packed.withUnsafeBytes {
      unsafe ZSTD_getFrameContentSize($0.baseAddress, $0.count)
    }
    // The two highest values mean: unknown, and no frame.
    guard size < 1 << 28 else { throw Failure(reason: "no frame with a size") }
    var result = 0
    // SAFETY: both arrays are lent with their own sizes for the call; the result is checked below.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Int(size)) { room, count in
      result = unsafe packed.withUnsafeBytes { source in
        unsafe ZSTD_decompress(room.baseAddress, Int(size), source.baseAddress, source.count)
      }
      count = ZSTD_isError(result) == 0 ? result : 0
    }
    guard ZSTD_isError(result) == 0 else {
      throw Failure(reason: unsafe String(cString: ZSTD_getErrorName(result)))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
