public import KVMTimeline
import TraceBytes
public import TraceContainer

extension CPUStreamReader: CPUStreamSource {
  /// See ``CPUStreamSource/fileOffset(ofBlockByte:)``.
  public func fileOffset(ofBlockByte at: Int) -> UInt64 {
    blockFileOffset.rawValue &+ (location.compressed ? 0 : UInt64(at))
  }

  /// See ``CPUStreamSource/damageSoFar``.
  public var damageSoFar: [(offset: UInt64, what: String)] {
    var all = damage.map { ($0.offset.rawValue, $0.what) }
    if all.isEmpty && location.size < location.announcedSize {
      all.append(
        (
          location.offset.rawValue &+ location.size,
          "data of CPU \(location.cpu) end early (\(location.announcedSize) bytes announced, \(location.size) there)"
        ))
    }
    return all
  }
}
