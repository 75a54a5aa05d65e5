import EventFormat
import KVMEvents
import Testing
import TraceTestSupport

/// Packed layouts read what the layouts they were made from read.
struct PackedLayoutsTests {
  @Test func theyReadTheSame() {
    var random = SeededGenerator(for: "packed layouts")
    for round in 0..<300 {
      let bytes = (0..<600).map { _ in UInt8.random(in: 0...255, using: &random) }
      let held = HeldBytes(bytes)
      var layouts = FieldLayouts()
      for slot in 0..<8 where Int.random(in: 0..<4, using: &random) > 0 {
        let size = [1, 2, 4, 8].randomElement(using: &random) ?? 4
        layouts[slot] = FieldLayout(
          offset: UInt16.random(in: UInt16(8 - size)...UInt16(519 - size), using: &random),
          size: UInt8(size), isSigned: Bool.random(using: &random))
      }
      guard let packed = PackedLayouts(layouts) else {
        Issue.record("layouts that do not fit, round \(round)")
        return
      }
      for slot in 0..<8 {
        #expect(packed.has(slot) == layouts[slot].isPresent)
        #expect(
          packed.read(slot, in: held.span)
            == layouts[slot].read(in: held.span, at: 0, isBigEndian: false),
          "round \(round), slot \(slot): \(layouts[slot])")
      }
    }
  }

  /// Every offset and size: either the field is read right, or it is not packed.
  @Test("offsets at the edges", arguments: [1, 2, 4, 8])
  func edges(_ size: Int) {
    let held = HeldBytes((0..<1100).map { UInt8(truncatingIfNeeded: $0 &* 37) })
    for offset in 0..<1000 {
      for isSigned in [false, true] {
        var layouts = FieldLayouts()
        layouts[5] = FieldLayout(offset: UInt16(offset), size: UInt8(size), isSigned: isSigned)
        let packed = PackedLayouts(layouts)
        let fits = offset + size >= 8 && offset + size < 520
        #expect((packed != nil) == fits, "offset \(offset)")
        guard let packed else { continue }
        #expect(
          packed.read(5, in: held.span) == layouts[5].read(in: held.span, at: 0, isBigEndian: false)
        )
      }
    }
  }

  @Test func absentFieldsAreZero() {
    let held = HeldBytes([UInt8](repeating: 0xff, count: 16))
    for slot in 0..<8 {
      #expect(!PackedLayouts.none.has(slot))
      #expect(PackedLayouts.none.read(slot, in: held.span) == 0)
    }
  }
}
