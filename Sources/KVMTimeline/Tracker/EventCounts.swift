/// Counts records by the dense number of their event.
///
/// Nearly all events of a file have small numbers: those are counted in place, without asking
/// whether an array is shared.
struct EventCounts {
  /// So many are counted in place: a power of two.
  static let inPlace = 512
  private var few = InlineArray<512, UInt64>(repeating: 0)
  private var rest: [UInt64]
  private let kinds: Int

  init(kinds: Int) {
    self.kinds = kinds
    rest = [UInt64](repeating: 0, count: max(0, kinds - Self.inPlace))
  }

  @inline(__always)
  mutating func add(_ number: Int) {
    if number < Self.inPlace {
      few[number] &+= 1
    } else {
      addToRest(number)
    }
  }

  /// Counts a record whose number is below `inPlace`, which only its caller can know: `EventTable` gives the others no
  /// `soleLength` that a record could have.
  @inline(__always)
  mutating func addInPlace(_ number: Int) { few[number & (Self.inPlace &- 1)] &+= 1 }

  @inline(never)
  private mutating func addToRest(_ number: Int) { rest[number - Self.inPlace] &+= 1 }

  /// By number.
  var all: [UInt64] {
    (0..<kinds).map { $0 < Self.inPlace ? few[$0] : rest[$0 - Self.inPlace] }
  }
}
