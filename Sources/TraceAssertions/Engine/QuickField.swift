import EventFormat
import TraceBytes

/// A field that is read without a branch on its size: those of many rules have different ones, and a processor that must
/// guess which comes next guesses wrong.
struct QuickField: BitwiseCopyable {
  let layout: FieldLayout
  /// Bits of eight bytes that are not the field's.
  private let unused: UInt8
  /// Not to be read as eight bytes of which some are used.
  private let isUnusual: Bool

  init(_ layout: FieldLayout, isBigEndian: Bool) {
    self.layout = layout
    unused = layout.isPresent ? UInt8(64 - 8 * Int(layout.size)) : 0
    isUnusual = isBigEndian || !layout.isPresent
  }

  /// As ``FieldLayout/read(in:at:isBigEndian:)``.
  @inline(__always)
  func read(in block: RawSpan, at base: Int, isBigEndian: Bool) -> UInt64 {
    let at = base &+ Int(layout.offset)
    guard !isUnusual, at &+ 8 <= block.byteCount else {
      return rare(in: block, at: base, isBigEndian)
    }
    let high = block.u64(at: at) &<< UInt64(unused)
    let signed = UInt64(bitPattern: Int64(bitPattern: high) &>> Int64(unused))
    return layout.isSigned ? signed : high &>> UInt64(unused)
  }

  @inline(never)
  private func rare(in block: RawSpan, at base: Int, _ isBigEndian: Bool) -> UInt64 {
    layout.read(in: block, at: base, isBigEndian: isBigEndian)
  }
}
