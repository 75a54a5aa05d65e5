import EventFormat
import KVMEvents

/// What the walk must know of every record's event, in tables by event id and by dense number.
struct EventTable {
  /// What must be known of an event before its fields are looked at: eight bytes.
  struct Entry: BitwiseCopyable {
    /// The dense number.
    let number: UInt16
    let kind: EventKind
    /// The fields can be read by `layouts`.
    let isPacked: Bool
    /// At most 65,535: the fields that are read lie below 4096.
    let minimumLength: UInt16
    /// Where the event names its vCPU, in four bytes; 0 if it does not.
    let vcpuOffset: UInt16

    /// An event that no format describes.
    static let unknown = Entry(
      number: 0, kind: .other, isPacked: true, minimumLength: 0, vcpuOffset: 0)
  }

  /// By event id.
  private let entries: [Entry]
  /// By dense number.
  private let layouts: [PackedLayouts]
  /// Whether every record's common fields and numbers are stored as nearly all kernels do.
  let isUsual: Bool

  init(_ catalogue: EventCatalogue) {
    isUsual = catalogue.hasUsualHeader
    var entries = [Entry](repeating: .unknown, count: 65536)
    var layouts: [PackedLayouts] = []
    for (number, event) in catalogue.events.enumerated() {
      let descriptor = catalogue.descriptors[number]
      var packed = PackedLayouts(descriptor.fields)
      if descriptor.minimumLength > UInt16.max { packed = nil }
      var vcpu: UInt32 = 0
      if let slot = descriptor.kind.vcpuSlot, descriptor.fields[slot].isPresent {
        vcpu = UInt32(descriptor.fields[slot].offset)
        if descriptor.fields[slot].size != 4 { packed = nil }
      }
      layouts.append(packed ?? .none)
      guard entries.indices.contains(event.id) else { continue }
      entries[event.id] = Entry(
        number: UInt16(truncatingIfNeeded: number), kind: descriptor.kind, isPacked: packed != nil,
        minimumLength: UInt16(clamping: descriptor.minimumLength),
        vcpuOffset: packed == nil ? 0 : UInt16(vcpu))
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

extension EventKind {
  /// The slot that names the vCPU which an event of this kind is about.
  var vcpuSlot: Int? {
    switch self {
    case .entry: EntryField.vcpu
    case .exit, .nestedExit: ExitField.vcpu
    case .smmTransition: SMMField.vcpu
    case .vcpuMention: MentionField.vcpu
    default: nil
    }
  }
}
