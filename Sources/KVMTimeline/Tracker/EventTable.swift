import EventFormat
import KVMEvents

/// What the walk must know of every record's event, in tables by event id and by dense number.
struct EventTable {
  /// What must be known of an event before its fields are looked at.
  struct Entry: BitwiseCopyable {
    /// The dense number.
    let number: UInt16
    let kind: EventKind
    /// The fields can be read by `layouts`.
    let isPacked: Bool
    let minimumLength: UInt32
  }

  /// By event id.
  private let entries: [Entry]
  /// By dense number.
  private let layouts: [PackedLayouts]
  /// Whether every record's common fields and numbers are stored as nearly all kernels do.
  let isUsual: Bool

  init(_ catalogue: EventCatalogue) {
    isUsual = catalogue.hasUsualHeader
    let unknown = Entry(number: 0, kind: .other, isPacked: true, minimumLength: 0)
    var entries = [Entry](repeating: unknown, count: 65536)
    var layouts: [PackedLayouts] = []
    for (number, event) in catalogue.events.enumerated() {
      let descriptor = catalogue.descriptors[number]
      let packed = PackedLayouts(descriptor.fields)
      layouts.append(packed ?? .none)
      guard entries.indices.contains(event.id) else { continue }
      entries[event.id] = Entry(
        number: UInt16(truncatingIfNeeded: number), kind: descriptor.kind, isPacked: packed != nil,
        minimumLength: descriptor.minimumLength)
    }
    self.entries = entries
    self.layouts = layouts
  }

  /// What an event id stands for.
  @inline(__always)
  subscript(id: UInt16) -> Entry { entries[Int(id)] }

  /// The layouts of an event whose entry says that it is packed.
  @inline(__always)
  func layouts(_ number: UInt16) -> PackedLayouts { layouts[Int(number)] }
}
