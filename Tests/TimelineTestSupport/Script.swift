public import KVMEvents
internal import KVMTimeline

/// A short sequence of events, written as text: one per line or between semicolons.
///
///     entry 1000; exit HLT 1000; out S; in; wake 25 1; entry 1001
///
/// Every event is 10 ticks later than the one before, the first one is at 1000. Words before the event change that, and
/// where it happens; all but `@` and `+` stay in force:
///
///     @1500   at that time          +0      so many ticks later
///     t7      on that thread        c1      on that CPU          v1   about that vcpu_id
///     old     in the layout of 5.9 and older: no vcpu_id in exits
///     svm     AMD's numbers and names from here on
///
/// Events (addresses in hexadecimal, all else decimal unless 0x):
///
///     entry RIP                    exit REASON RIP [INFO1]      twin REASON RIP [INFO1] (kvm_nested_vmexit)
///     inject REASON                vmenter RIP L2RIP            vmrun RIP L2RIP (5.10)      vmfail
///     intercepts WORD              intr (kvm_nested_intr_vmexit)
///     user REASON [ERRNO]          load, unload (kvm_fpu)
///     emul RIP LENGTH [fail|real]  exc [VECTOR [again]], virq [VECTOR [again]]
///     pio, mmio, mention, hv       fault ADDRESS (kvm_page_fault)
///     accept TARGET VECTOR (kvm_apic_accept_irq)
///     smm in|out                   wake NANOSECONDS WAITED      tsc PREVIOUS, track
///     out R|S, in                  away TID (sched_switch)      gone, exec, fork TID
///     irq, other                   lost, lost0 (a gap; the CPU's stream begins with one)
public struct Script {
  /// Where and when the next event happens.
  private struct Place {
    var time: UInt64 = 1000
    var thread: Int32 = 100
    var cpu = 0
    var vcpu: UInt64 = 0
    var isa = ISA.vmx
    var isOld = false
  }

  /// The events so far.
  public private(set) var entries: [EventLog.Entry] = []
  private var place = Place()
  private var isFirst = true
  private var lastOnCPU: [Int: UInt64] = [:]

  /// Reads a script.
  ///
  /// A word that it does not know is a mistake in the test and ends it.
  public init(_ text: String) {
    for line in text.split(whereSeparator: { $0 == ";" || $0 == "\n" }) {
      let words = line.split(separator: " ").map(String.init)
      if !words.isEmpty { read(words) }
    }
  }

  /// The log of a script; kinds of event that stand in `without` were not recorded.
  public static func log(_ text: String, without: Set<EventKind> = []) -> EventLog {
    let script = Script(text)
    return EventLog(
      script.entries.filter { !without.contains($0.event.kind) || $0.isLossMark },
      records: RecordedEvents(Set(EventKind.allCases).subtracting(without)))
  }

  private mutating func read(_ words: [String]) {
    var words = words[...]
    var step: UInt64 = isFirst ? 0 : 10
    place: while let word = words.first {
      let rest = String(word.dropFirst())
      switch word.first {
      case "@":
        place.time = number(rest)
        step = 0
      case "+": step = number(rest)
      case "t" where Int32(rest) != nil: place.thread = Int32(rest) ?? 0
      case "c" where Int(rest) != nil: place.cpu = Int(rest) ?? 0
      case "v" where UInt64(rest) != nil: place.vcpu = number(rest)
      case _ where word == "old": place.isOld = true
      case _ where word == "svm": place.isa = .svm
      default: break place
      }
      words.removeFirst()
    }
    guard let verb = words.popFirst() else { return }
    if verb == "lost" {
      entries.append(.loss(cpu: place.cpu, after: lastOnCPU[place.cpu] ?? 0))
      return
    }
    if verb == "lost0" {
      entries.append(.loss(cpu: place.cpu, after: 0))
      return
    }
    place.time += step
    isFirst = false
    lastOnCPU[place.cpu] = place.time
    entries.append(event(verb, Array(words)))
  }

  private func event(_ verb: String, _ words: [String]) -> EventLog.Entry {
    var thread = place.thread
    let event = Self.scheduling[verb] != nil ? scheduling(verb, words, &thread) : kvm(verb, words)
    return EventLog.Entry(event, thread: thread, cpu: place.cpu, time: place.time)
  }

  private func kvm(_ verb: String, _ words: [String]) -> StoredEvent {
    func argument(_ at: Int) -> UInt64 { words.count > at ? number(words[at]) : 0 }
    func address(_ at: Int) -> UInt64 { words.count > at ? UInt64(words[at], radix: 16) ?? 0 : 0 }
    let isa = UInt64(place.isa.rawValue)
    switch verb {
    case "entry":
      return made(.entry, [EntryField.vcpu: place.vcpu, EntryField.rip: address(0)])
    case "exit", "twin":
      var fields = [
        ExitField.reason: reason(words[0]), ExitField.rip: address(1), ExitField.isa: isa,
        ExitField.info1: argument(2), ExitField.info2: 0,
      ]
      if !place.isOld { fields[ExitField.vcpu] = place.vcpu }
      return made(verb == "exit" ? .exit : .nestedExit, fields)
    case "inject":
      return made(.nestedExitInject, [InjectField.reason: reason(words[0]), InjectField.isa: isa])
    case "vmenter":
      return made(
        .nestedEntry,
        [
          NestedEntryField.rip: address(0), NestedEntryField.nestedRIP: address(1),
          NestedEntryField.isa: isa,
        ])
    case "vmrun":
      return made(
        .nestedEntry, [NestedEntryField.rip: address(0), NestedEntryField.nestedRIP: address(1)])
    case "vmfail": return made(.nestedEntryFailed, [0: 0])
    case "intercepts": return made(.nestedIntercepts, [NestedInterceptsField.general: argument(0)])
    case "intr": return made(.nestedInterruptExit, [:])
    case "user":
      let errno = words.count > 1 ? UInt64(bitPattern: Int64(words[1]) ?? 0) : 0
      return made(
        .userspaceExit,
        [
          UserspaceExitField.reason: Self.userspaceReasons[words[0]] ?? argument(0),
          UserspaceExitField.errno: errno,
        ])
    case "load": return made(.fpu, [FPUField.load: 1])
    case "unload": return made(.fpu, [FPUField.load: 0])
    case "emul":
      return made(
        .emulateInstruction,
        [
          EmulateField.rip: address(0), EmulateField.length: argument(1), EmulateField.csBase: 0,
          EmulateField.flags: words.contains("real") ? 0 : 9,
          EmulateField.failed: words.contains("fail") ? 1 : 0,
        ])
    case "smm":
      return made(
        .smmTransition,
        [SMMField.vcpu: place.vcpu, SMMField.entering: words.first == "in" ? 1 : 0])
    case "wake":
      return made(
        .vcpuWakeup, [WakeupField.nanoseconds: argument(0), WakeupField.waited: argument(1)])
    case "tsc":
      return made(
        .writeTSCOffset,
        [WriteTSCOffsetField.vcpu: place.vcpu, WriteTSCOffsetField.previous: argument(0)])
    case "fault":
      return made(
        .pageFault, [PageFaultField.vcpu: place.vcpu, PageFaultField.address: address(0)])
    case "accept":
      return made(
        .acceptInterrupt,
        [AcceptInterruptField.target: argument(0), AcceptInterruptField.vector: argument(1)])
    case "exc", "virq":
      let kind: EventKind = verb == "exc" ? .injectException : .injectInterrupt
      // Both have the same slots.
      return made(
        kind,
        words.isEmpty
          ? [:]
          : [
            InjectExceptionField.vector: argument(0),
            InjectExceptionField.reinjected: words.contains("again") ? 1 : 0,
          ])
    case "track": return made(.trackTSC, [MentionField.vcpu: place.vcpu])
    case "mention": return made(.vcpuMention, [MentionField.vcpu: place.vcpu])
    default:
      guard let kind = Self.plain[verb] else { preconditionFailure("no event \(verb)") }
      return made(kind, [:])
    }
  }

  private func scheduling(_ verb: String, _ words: [String], _ thread: inout Int32) -> StoredEvent {
    let mine = UInt64(bitPattern: Int64(thread))
    let other = UInt64(words.first ?? "") ?? 0
    switch verb {
    case "out":
      return made(
        .schedSwitch,
        [
          SchedSwitchField.previousThread: mine, SchedSwitchField.nextThread: 0,
          SchedSwitchField.previousState: words.first == "R" ? 0 : 1,
        ])
    case "in":
      // The event belongs to the task that makes room.
      thread = 0
      return made(
        .schedSwitch, [SchedSwitchField.previousThread: 0, SchedSwitchField.nextThread: mine])
    case "away":
      thread = Int32(truncatingIfNeeded: other)
      return made(
        .schedSwitch, [SchedSwitchField.previousThread: other, SchedSwitchField.nextThread: 0])
    default:
      return made(Self.scheduling[verb] ?? .other, [MentionField.vcpu: other])
    }
  }

  private func made(_ kind: EventKind, _ fields: [Int: UInt64]) -> StoredEvent {
    var event = StoredEvent(kind)
    for (slot, value) in fields { event.set(slot, value) }
    return event
  }

  private func number(_ word: String) -> UInt64 {
    let value = word.hasPrefix("0x") ? UInt64(word.dropFirst(2), radix: 16) : UInt64(word)
    guard let value else { preconditionFailure("not a number: \(word)") }
    return value
  }

  private func reason(_ word: String) -> UInt64 {
    (place.isa == .vmx ? Self.vmxReasons : Self.svmReasons)[word] ?? number(word)
  }

  private static let scheduling: [String: EventKind] = [
    "out": .schedSwitch, "in": .schedSwitch, "away": .schedSwitch, "gone": .schedExit,
    "exec": .schedExec, "fork": .schedFork,
  ]

  private static let plain: [String: EventKind] = [
    "pio": .pio, "mmio": .mmio, "hv": .hyperVHypercall, "irq": .interrupt, "other": .other,
  ]

  private static let userspaceReasons: [String: UInt64] = [
    "IO": 2, "MMIO": 6, "SHUTDOWN": 8, "FAIL_ENTRY": 9, "INTR": 10, "INTERNAL_ERROR": 17,
  ]

  private static let vmxReasons: [String: UInt64] = [
    "INTERRUPT_WINDOW": 7, "TASK_SWITCH": 9, "INVD": 13, "VMREAD": 23, "VMWRITE": 25,
    "CR_ACCESS": 28, "PAUSE": 40, "XSETBV": 55, "BUS_LOCK": 74,
    "EXCEPTION_NMI": 0, "EXTERNAL_INTERRUPT": 1, "TRIPLE_FAULT": 2, "INIT_SIGNAL": 3, "CPUID": 10,
    "HLT": 12, "VMCALL": 18, "VMLAUNCH": 20, "VMRESUME": 24, "IO_INSTRUCTION": 30, "MSR_READ": 31,
    "MSR_WRITE": 32, "MWAIT": 36, "EPT_VIOLATION": 48, "EPT_MISCONFIG": 49,
    "PREEMPTION_TIMER": 52, "PML_FULL": 62, "FAILED_ENTRY": 0x8000_0021,
  ]

  private static let svmReasons: [String: UInt64] = [
    "excp_UD": 0x46, "interrupt": 0x60, "vintr": 0x64, "cpuid": 0x72, "hlt": 0x78, "io": 0x7b,
    "msr": 0x7c,
    "shutdown": 0x7f, "vmrun": 0x80, "vmmcall": 0x81, "npf": 0x400, "SW": 0xf000_0000,
    "ERR": 0xffff_ffff, "ERR64": .max,
  ]
}
