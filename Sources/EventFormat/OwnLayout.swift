/// The events whose line `trace-cmd report` lays out itself, with the fields that the line needs.
///
/// Source: libtraceevent, `plugins/plugin_kvm.c` and `plugin_sched_switch.c`.
enum OwnLayout {
  case entry(vcpu: FieldDescription, rip: FieldDescription)
  case exit(ExitFields)
  /// Without the fields that `kvm_nested_vmexit` had up to Linux 5.9.
  case nestedExit(rip: FieldDescription?, InjectFields)
  case emulate(EmulateFields)
  case schedSwitch(SwitchFields)
  case wakeup(WakeupFields)

  struct ExitFields {
    let reason: FieldDescription
    let isa: FieldDescription?
    let rip: FieldDescription
    let info1: FieldDescription?
    let info2: FieldDescription?
  }

  struct InjectFields {
    let code: FieldDescription
    let isa: FieldDescription?
    let info1: FieldDescription
    let info2: FieldDescription
    let interruptInfo: FieldDescription
    let interruptError: FieldDescription
  }

  struct EmulateFields {
    let rip: FieldDescription
    let csBase: FieldDescription
    let length: FieldDescription
    let instruction: FieldDescription
    let failed: FieldDescription
  }

  struct SwitchFields {
    let previousComm: FieldDescription?
    let previousThread: FieldDescription
    let previousPriority: FieldDescription?
    let previousState: FieldDescription
    /// The letters of the states, by bit.
    let states: [UInt8]
    let nextComm: FieldDescription?
    let nextThread: FieldDescription
    let nextPriority: FieldDescription?
  }

  struct WakeupFields {
    let comm: FieldDescription?
    let thread: FieldDescription
    let priority: FieldDescription?
    let success: FieldDescription?
    let cpu: FieldDescription?
  }

  /// The layout of an event; nil when it has none of its own, or lacks a field that it needs.
  init?(_ event: EventDescription, text: [UInt8]) {
    func field(_ name: String) -> FieldDescription? { event.fields.first { $0.name == name } }
    switch (event.system, event.name) {
    case ("kvm", "kvm_entry"):
      guard let vcpu = field("vcpu_id"), let rip = field("rip") else { return nil }
      self = .entry(vcpu: vcpu, rip: rip)
    case ("kvm", "kvm_exit"):
      guard let reason = field("exit_reason"), let rip = field("guest_rip") else { return nil }
      self = .exit(
        ExitFields(
          reason: reason, isa: field("isa"), rip: rip, info1: field("info1"), info2: field("info2"))
      )
    case ("kvm", "kvm_nested_vmexit"), ("kvm", "kvm_nested_vmexit_inject"):
      guard let code = field("exit_code"), let info1 = field("exit_info1"),
        let info2 = field("exit_info2"), let interruptInfo = field("exit_int_info"),
        let interruptError = field("exit_int_info_err")
      else { return nil }
      let rip = field("rip")
      guard (rip != nil) == (event.name == "kvm_nested_vmexit") else { return nil }
      self = .nestedExit(
        rip: rip,
        InjectFields(
          code: code, isa: field("isa"), info1: info1, info2: info2, interruptInfo: interruptInfo,
          interruptError: interruptError))
    case ("kvm", "kvm_emulate_insn"):
      guard let rip = field("rip"), let csBase = field("csbase"), let length = field("len"),
        let instruction = field("insn"), let failed = field("failed")
      else { return nil }
      self = .emulate(
        EmulateFields(
          rip: rip, csBase: csBase, length: length, instruction: instruction, failed: failed))
    case ("sched", "sched_switch"):
      guard let previous = field("prev_pid"), let next = field("next_pid"),
        let state = field("prev_state")
      else { return nil }
      self = .schedSwitch(
        SwitchFields(
          previousComm: field("prev_comm"), previousThread: previous,
          previousPriority: field("prev_prio"), previousState: state,
          states: Self.states(event, text), nextComm: field("next_comm"), nextThread: next,
          nextPriority: field("next_prio")))
    case ("sched", "sched_wakeup"), ("sched", "sched_wakeup_new"):
      guard let thread = field("pid") else { return nil }
      self = .wakeup(
        WakeupFields(
          comm: field("comm"), thread: thread, priority: field("prio"), success: field("success"),
          cpu: field("target_cpu")))
    default: return nil
    }
  }

  /// The letters of `prev_state`, from the flags in the file's own `print fmt`: kernels renumber them.
  private static func states(_ event: EventDescription, _ text: [UInt8]) -> [UInt8] {
    var parser = PrintFormatParser(text, fields: event.fields, longSize: 8)
    guard let format = try? parser.parse() else { return Array("SDTtXZPI".utf8) }
    for case .conversion(_, let argument) in format.pieces {
      guard let names = flags(argument) else { continue }
      var letters: [UInt8] = []
      for name in names where name.value != 0 {
        let bit = name.value.trailingZeroBitCount
        guard bit < 32, let letter = name.name.first else { continue }
        while letters.count <= bit { letters.append(0) }
        letters[bit] = letter
      }
      // A bit without a letter ends the list, as in the plugin.
      return Array(letters.prefix { $0 != 0 })
    }
    return Array("SDTtXZPI".utf8)
  }

  private static func flags(_ expression: PrintExpression) -> [PrintName]? {
    switch expression {
    case .flags(_, _, let names): names
    case .conditional(_, let first, let second): flags(first) ?? flags(second)
    case .binary(_, let left, let right): flags(left) ?? flags(right)
    default: nil
    }
  }
}
