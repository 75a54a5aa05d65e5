public import KVMEvents

/// Exits in a row at one address and for one reason.
struct RepeatWatch: Sendable {
  /// The reason of the last exit.
  var code: UInt64 = .max
  /// The address, once two exits in a row had that reason.
  var rip: UInt64 = 0
  /// Exits in a row with that reason at that address; 0: the last one had another reason, and its
  /// address was not read.
  var count: UInt64 = 0
  var begin: UInt64 = 0
  var end: UInt64 = 0
  var cpu: Int32 = 0
  var level = GuestLevel.unknown
  var info1: UInt64 = 0
  var info2: UInt64 = 0
  /// The guest-physical or linear address of the last page fault.
  var address: UInt64 = 0
  /// The last entry went to the very address of the exit.
  var isBack = false
  /// Of those exits, the last ones that came at once.
  var immediate: UInt64 = 0
  var immediateBegin: UInt64 = 0
}

extension VCPUTrack {
  /// A kvm_exit has the reason of the last one.
  @inline(never)
  mutating func exitedLikeBefore<Fields: EventFields & ~Copyable & ~Escapable>(
    at time: UInt64, cpu: Int32, _ fields: borrowing Fields, _ output: inout TimelineOutput
  ) {
    let rip = fields.integer(ExitField.rip)
    let info1 = fields.integer(ExitField.info1)
    let info2 = fields.integer(ExitField.info2)
    let isSame =
      rip == watch.repeats.rip
      && (!exit.code.isOfInstruction
        || (info1 == watch.repeats.info1 && info2 == watch.repeats.info2))
    if watch.repeats.count > 0 && !isSame { endRepeats(&output) }
    if watch.repeats.count == 0 {
      watch.repeats.rip = rip
      watch.repeats.info1 = info1
      watch.repeats.info2 = info2
      watch.repeats.begin = time
      watch.repeats.cpu = cpu
      watch.repeats.isBack = false
    }
    watch.repeats.count &+= 1
    if watch.repeats.count > 1 { flags.insert(.exitRepeats) }
    watch.repeats.end = time
    guard exit.code.isOfInterrupt else { return }
    if watch.repeats.isBack && time &- guestBegin <= output.limits.immediateTime {
      if watch.repeats.immediate == 0 { watch.repeats.immediateBegin = guestBegin }
      watch.repeats.immediate &+= 1
    } else {
      endImmediateExits(&output)
    }
  }

  /// A kvm_entry behind such exits.
  @inline(never)
  mutating func reentered<Fields: EventFields & ~Copyable & ~Escapable>(
    _ fields: borrowing Fields, _ output: inout TimelineOutput
  ) {
    watch.repeats.level = exit.level
    watch.repeats.isBack = fields.integer(EntryField.rip) == watch.repeats.rip
    // The guest goes on elsewhere: that is progress.
    if !watch.repeats.isBack { endRepeats(&output) }
  }

  /// kvm_pio, kvm_mmio: a string instruction that KVM emulates piece by piece gets further with each.
  @inline(__always)
  mutating func transferred(at time: UInt64, cpu: Int32, _ output: inout TimelineOutput) {
    handled(at: time, cpu: cpu, &output)
    if watch.repeats.count > 0 { endRepeats(&output) }
  }

  /// A page fault at an address: another address is progress.
  @inline(__always)
  mutating func faulted(at address: UInt64, _ output: inout TimelineOutput) {
    if watch.repeats.count > 0 && address != watch.repeats.address { endRepeats(&output) }
    watch.repeats.address = address
  }

  /// The row is over.
  @inline(never)
  mutating func endRepeats(_ output: inout TimelineOutput) {
    endImmediateExits(&output)
    let repeats = watch.repeats
    watch.repeats.count = 0
    flags.remove(.exitRepeats)
    guard repeats.count >= output.limits.stuckExits else { return }
    let code = ExitCode(raw: repeats.code, isa: isa)
    guard code.isOfInstruction else { return }
    // Without the address a string instruction that touches page after page looks the same.
    if code.isEPTViolation && !output.records.contains(.pageFault) { return }
    output.add(
      fact(
        .repeatedExit(code, rip: repeats.rip), from: repeats.begin, to: repeats.end,
        count: repeats.count, cpu: repeats.cpu, level: repeats.level))
  }

  private mutating func endImmediateExits(_ output: inout TimelineOutput) {
    let repeats = watch.repeats
    watch.repeats.immediate = 0
    guard repeats.immediate >= output.limits.immediateExits else { return }
    output.add(
      fact(
        .immediateExits(ExitCode(raw: repeats.code, isa: isa), rip: repeats.rip),
        from: repeats.immediateBegin, to: repeats.end, count: repeats.immediate, cpu: repeats.cpu,
        level: repeats.level))
  }
}

extension ExitCode {
  /// Whether the guest's own instruction caused the exit and is done when the guest goes on behind
  /// it.
  ///
  /// Left out: what comes from outside, waits (HLT, MWAIT, PAUSE), single steps and exceptions, exits
  /// behind an instruction (APIC_WRITE, PML_FULL …), and MMIO, whose address the exit does not name.
  var isOfInstruction: Bool {
    switch isa {
    case .vmx:
      !isFailedEntry && code < 64 && Self.instructionsOfVMX & (1 << code) != 0
    case .svm:
      // Control and debug registers, descriptor tables and instructions, nested page faults.
      code <= 0x3f || code == 0x400
        || (code >= 0x65 && code <= 0x8d && ![0x74, 0x77, 0x78, 0x7f, 0x8b, 0x8c].contains(code))
    case nil: false
    }
  }

  private static let instructionsOfVMX: UInt64 = {
    // TASK_SWITCH … INVLPG, RDPMC … VMXON, CR_ACCESS, DR_ACCESS, IO, MSRs, MONITOR, APIC_ACCESS,
    // descriptor tables, EPT_VIOLATION, INVEPT, RDTSCP, INVVPID, WBINVD, XSETBV, RDRAND, INVPCID,
    // VMFUNC, ENCLS, RDSEED, XSAVES.
    [
      9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 39,
      44, 46, 47, 48, 50, 51, 53, 54, 55, 57, 58, 59, 60, 61, 63,
    ].reduce(0) { $0 | (1 << UInt64($1)) }
  }()

  /// EPT_VIOLATION: its address is in no field of kvm_exit.
  var isEPTViolation: Bool { isa == .vmx && code == 48 }

  /// Whether the exit comes from outside the guest, or from KVM's wish to have it back.
  var isOfInterrupt: Bool {
    switch isa {
    case .vmx: code == 1 || code == 7 || code == 8 || code == 52
    case .svm: code == 0x60 || code == 0x61 || code == 0x64
    case nil: false
    }
  }

  /// Whether KVM asked for the exit to inject an interrupt or NMI as soon as the guest can take it.
  public var isWindow: Bool {
    switch isa {
    case .vmx: code == 7 || code == 8
    case .svm: code == 0x64 || code == 0x74
    case nil: false
    }
  }
}
