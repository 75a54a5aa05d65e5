import EventFormat
import KVMEvents

/// What the walk must know of every record's event, by event id.
struct EventTable {
  /// What must be known of an event: 32 bytes, so that one look-up finds all of it.
  struct Entry: BitwiseCopyable {
    /// The dense number.
    var number: UInt16 = 0
    var kind = EventKind.other
    /// The fields can be read by `layouts`.
    var isPacked = true
    var minimumLength: UInt32 = 0
    /// The same for records that `SoleVCPU` may take; more than any record has for those that it may
    /// not.
    var soleLength: UInt32 = 8
    /// Where the event names its vCPU, in four bytes; 0 if it does not.
    var vcpuOffset: UInt32 = 0
    var layouts = PackedLayouts.none
  }

  /// By event id, up to the highest.
  let entries: [Entry]
  /// Whether every record's common fields and numbers are stored as nearly all kernels do.
  let isUsual: Bool

  /// Makes the table.
  ///
  /// - Parameters:
  ///   - catalogue: the events.
  ///   - ignored: those that are treated as if they had not been recorded, by number.
  ///   - wantsDetails: what exits were about matters; the events that tell only this are passed over
  ///     where nobody wants to know.
  ///   - watchesInterrupts: interrupts that one vCPU sends another matter; they are frequent, and are
  ///     passed over where nobody watches them.
  init(
    _ catalogue: EventCatalogue, ignoring ignored: Set<Int> = [], wantsDetails: Bool = false,
    watchesInterrupts: Bool = false
  ) {
    isUsual = catalogue.hasUsualHeader
    let ids = catalogue.events.map(\.id).filter { $0 >= 0 && $0 <= UInt16.max }
    var entries = [Entry](repeating: Entry(), count: (ids.max() ?? 0) + 1)
    for (number, event) in catalogue.events.enumerated() where entries.indices.contains(event.id) {
      entries[event.id] =
        ignored.contains(number)
        ? Entry(number: UInt16(number)) : Self.entry(UInt16(number), catalogue.descriptors[number])
      if number >= EventCounts.inPlace { entries[event.id].soleLength = .max }
      if entries[event.id].kind == .acceptInterrupt {
        if watchesInterrupts {
          entries[event.id].soleLength = .max
        } else {
          entries[event.id].kind = .other
        }
      }
      if wantsDetails {
        if entries[event.id].kind.tellsDetail { entries[event.id].soleLength = .max }
      } else if entries[event.id].kind.onlyTellsDetail {
        entries[event.id].kind = .other
      }
    }
    self.entries = entries
  }

  private static func entry(_ number: UInt16, _ descriptor: EventDescriptor) -> Entry {
    var entry = Entry()
    entry.number = number
    entry.kind = descriptor.kind
    entry.minimumLength = descriptor.minimumLength
    let packed = PackedLayouts(descriptor.fields)
    entry.isPacked = packed != nil
    entry.layouts = packed ?? .none
    entry.soleLength = max(descriptor.minimumLength, 8)
    if packed == nil || descriptor.kind.mayConcernOthers { entry.soleLength = .max }
    if let slot = descriptor.kind.vcpuSlot, descriptor.fields[slot].isPresent {
      entry.vcpuOffset = UInt32(descriptor.fields[slot].offset)
      if descriptor.fields[slot].size != 4 { entry.soleLength = .max }
    }
    return entry
  }

  /// What an event id stands for.
  subscript(id: UInt16) -> Entry { Int(id) < entries.count ? entries[Int(id)] : Entry() }
}

extension EventKind {
  /// The slot that names the vCPU which an event of this kind is about.
  var vcpuSlot: Int? {
    switch self {
    case .entry: EntryField.vcpu
    case .exit, .nestedExit: ExitField.vcpu
    case .smmTransition: SMMField.vcpu
    case .vcpuMention: MentionField.vcpu
    case .pageFault: PageFaultField.vcpu
    default: nil
    }
  }

  /// Whether it may tell what an exit was about.
  var tellsDetail: Bool {
    switch self {
    case .pio, .mmio, .pageFault: true
    default: onlyTellsDetail
    }
  }

  /// Whether an event may be about other threads or other vCPUs than its own.
  var mayConcernOthers: Bool {
    switch self {
    case .schedSwitch, .schedFork, .schedExec, .schedExit, .writeTSCOffset, .trackTSC: true
    default: false
    }
  }
}
