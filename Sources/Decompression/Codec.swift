/// How a chunk of a trace is packed.
@frozen
public enum Codec: Sendable, Hashable, BitwiseCopyable {
  /// One zstd frame per chunk: trace-cmd's default.
  case zstd
  /// One zlib stream per chunk.
  case zlib
}
