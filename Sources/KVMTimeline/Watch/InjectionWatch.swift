import KVMEvents

/// Injections in a row of one event that its delivery never got rid of.
struct ReinjectionWatch: Sendable {
  /// The vector; exceptions have 256 added.
  var vector: UInt64 = .max
  var count: UInt64 = 0
  var begin: UInt64 = 0
  var end: UInt64 = 0
  var cpu: Int32 = 0
  var level = GuestLevel.unknown
}

/// The exceptions that were injected last, with few entries between them.
public struct ExceptionChain: Sendable, Equatable {
  /// Up to eight vectors, the last in the lowest byte; 0xff where there is none.
  private var packed = UInt64.max
  /// How many entries were made when the last one was injected.
  private var entries: UInt64 = 0

  /// No exception.
  public init() {}

  mutating func add(_ vector: UInt64, afterEntries count: UInt64) {
    if count &- entries > 4 { packed = .max }
    packed = packed << 8 | (vector & 0xff)
    entries = count
  }

  /// The chain, if it reaches up to now.
  func current(afterEntries count: UInt64) -> ExceptionChain {
    count &- entries <= 1 ? self : ExceptionChain()
  }

  /// The vectors, oldest first.
  public var vectors: [UInt64] {
    stride(from: UInt64(56), through: 0, by: -8).map { packed >> $0 & 0xff }.filter { $0 != 0xff }
  }
}

extension VCPUTrack {
  /// kvm_inj_virq.
  @inline(__always)
  mutating func injectedInterrupt<Fields: EventFields & ~Copyable & ~Escapable>(
    at time: UInt64, cpu: Int32, _ fields: borrowing Fields, _ output: inout TimelineOutput
  ) {
    handled(at: time, cpu: cpu, &output)
    if watch.emulation.repeats > 0 { endEmulationRepeats(&output) }
    // L2 takes it itself: L1 does not intercept interrupts.
    interruptWaits = false
    let isAgain = fields.integer(InjectInterruptField.reinjected) != 0
    if isAgain || watch.reinjections.count > 0 {
      injectedAgain(isAgain, at: time, cpu: cpu, fields, &output)
    }
  }

  @inline(never)
  private mutating func injectedAgain<Fields: EventFields & ~Copyable & ~Escapable>(
    _ isAgain: Bool, at time: UInt64, cpu: Int32, _ fields: borrowing Fields,
    _ output: inout TimelineOutput
  ) {
    injected(
      fields.integer(InjectInterruptField.vector), isAgain: isAgain, at: time, cpu: cpu, &output)
  }

  /// kvm_inj_exception.
  mutating func injectedException<Fields: EventFields & ~Copyable & ~Escapable>(
    at time: UInt64, cpu: Int32, _ fields: borrowing Fields, _ output: inout TimelineOutput
  ) {
    handled(at: time, cpu: cpu, &output)
    sawExceptionActivity = true
    if watch.emulation.repeats > 0 { endEmulationRepeats(&output) }
    if watch.repeats.count > 0 { endRepeats(&output) }
    let vector = fields.integer(InjectExceptionField.vector)
    watch.exceptions.add(vector, afterEntries: counters.entries)
    injected(
      vector &+ 256, isAgain: fields.integer(InjectExceptionField.reinjected) != 0, at: time,
      cpu: cpu, &output)
  }

  @inline(never)
  private mutating func injected(
    _ vector: UInt64, isAgain: Bool, at time: UInt64, cpu: Int32, _ output: inout TimelineOutput
  ) {
    if !isAgain || vector != watch.reinjections.vector { endReinjections(&output) }
    guard isAgain else { return }
    if watch.reinjections.count == 0 {
      watch.reinjections.vector = vector
      watch.reinjections.begin = time
      watch.reinjections.cpu = cpu
    }
    watch.reinjections.count &+= 1
    watch.reinjections.end = time
    watch.reinjections.level = levelIsProved ? level : .unknown
  }

  /// The row is over.
  @inline(never)
  mutating func endReinjections(_ output: inout TimelineOutput) {
    let row = watch.reinjections
    watch.reinjections = ReinjectionWatch()
    guard row.count > 0, row.count >= output.limits.reinjections else { return }
    output.add(
      fact(
        .reinjections(vector: row.vector & 0xff, isException: row.vector > 0xff), from: row.begin,
        to: row.end, count: row.count, cpu: row.cpu, level: row.level))
  }
}
