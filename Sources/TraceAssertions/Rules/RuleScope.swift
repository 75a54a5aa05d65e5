public import KVMEvents
public import KVMTimeline

/// The part of a trace that a rule speaks of: `where`.
public struct RuleScope: Sendable, Equatable {
  /// Only vCPUs of these processes; nil: all.
  public var vms: Set<Int32>?
  /// Only these `vcpu_id`s; nil: all.
  public var vcpus: Set<Int32>?
  /// Only these threads; nil: all.
  public var threads: Set<Int32>?
  /// Only vCPUs on this hardware; nil: both.
  public var isa: ISA?
  /// Only what happens at this level; nil: all.
  public var level: GuestLevel?
  /// Only while an exit of these reasons is handled, or the exits themselves; nil: all.
  public var reasons: [String]?
  /// Only this state, for metrics; nil: all.
  public var states: Set<VCPUState>?
  /// Nothing before it, in nanoseconds (or ticks, as a whole number of seconds); nil: the trace's begin.
  public var begin: Moment?
  /// Nothing from it on; nil: the trace's end.
  public var end: Moment?
  /// Only between an event of the first pattern and the next one of the second.
  public var between: [EventPattern] = []

  /// A time as the user gives it.
  public struct Moment: Sendable, Equatable {
    /// Nanoseconds (from seconds).
    public var nanoseconds: UInt64
    /// The whole number, for traces that count ticks.
    public var ticks: UInt64

    /// Makes a moment.
    public init(nanoseconds: UInt64, ticks: UInt64) {
      self.nanoseconds = nanoseconds
      self.ticks = ticks
    }
  }

  /// Everything.
  public init() {}

  /// Whether it speaks of single vCPUs: then threads without one are left out.
  var limitsVCPUs: Bool {
    vms != nil || vcpus != nil || threads != nil || isa != nil || needsIntervals
  }

  /// Whether it names vCPUs: then a trace without them says nothing.
  var namesVCPUs: Bool { vms != nil || vcpus != nil || threads != nil }

  /// Whether what a vCPU was doing at a moment must be known.
  var needsIntervals: Bool { level != nil || reasons != nil }

  /// Whether only a part of the trace's time counts.
  var limitsTime: Bool { begin != nil || end != nil || !between.isEmpty }

  /// Whether a vCPU is one of those meant.
  func selects(_ identity: VCPUIdentity, isa: ISA?) -> Bool {
    if let vms, !(identity.vm.map(vms.contains) ?? false) { return false }
    if let vcpus, !(identity.vcpu.map(vcpus.contains) ?? false) { return false }
    if let threads, !threads.contains(identity.thread) { return false }
    if let wanted = self.isa, let isa, isa != wanted { return false }
    return true
  }

  /// Whether an exit's reason is one of those meant.
  func selects(_ exit: ExitCode?) -> Bool {
    guard let reasons else { return true }
    guard let exit, let isa = exit.isa else { return false }
    return reasons.contains { name in
      ExitReasonTable.code(named: name, isa: isa)?.code == exit.code
    }
  }
}
