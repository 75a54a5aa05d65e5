internal import KVMEvents

/// The sets of fields that the wordings of an event give, one bit per slot.
///
/// A line that gives other fields counts as the largest set that it holds whole.
enum TextVariants {
  /// The sets of an event; the first one has all fields.
  static func sets(of schema: EventSchema) -> [UInt8] {
    let all = schema.fields.indices.reduce(UInt8(0)) { $0 | 1 << UInt8($1) }
    let required = bits(schema.requiredSlots)
    var sets = [all]
    switch schema.kind {
    case .exit, .nestedExit:
      let common = bits([ExitField.reason, ExitField.isa, ExitField.rip])
      let infos = bits([ExitField.info1, ExitField.info2])
      let interrupt = bits([ExitField.interruptInfo, ExitField.errorCode])
      let vcpu = bits([ExitField.vcpu])
      sets += [common | infos | interrupt, common | infos | vcpu, common | infos, common]
      sets += [bits([ExitField.reason, ExitField.isa])]
    case .nestedExitInject:
      sets += [bits([InjectField.reason, InjectField.isa])]
    case .nestedEntry:
      sets += [
        bits([NestedEntryField.rip, NestedEntryField.controlBlock, NestedEntryField.isa]),
        bits([NestedEntryField.isa]),
      ]
    case .userspaceExit:
      sets += [bits([UserspaceExitField.reason])]
    case .pageFault: sets += [bits([PageFaultField.address])]
    default: break
    }
    for set in [required, 0] where !sets.contains(set) && (set != 0 || required == 0) {
      sets.append(set)
    }
    return sets
  }

  private static func bits(_ slots: [Int]) -> UInt8 { slots.reduce(0) { $0 | 1 << UInt8($1) } }

  /// By set of fields, the number of the largest of `sets` that is part of it; 0 for none.
  static func numbers(_ sets: [UInt8], first: Int, _ schema: EventSchema) -> [UInt16] {
    (0...255).map { given in
      var best = 0
      var size = -1
      for (at, set) in sets.enumerated()
      where set & UInt8(given) == set && set.nonzeroBitCount > size {
        best = first + at
        size = set.nonzeroBitCount
      }
      return UInt16(best)
    }
  }
}
