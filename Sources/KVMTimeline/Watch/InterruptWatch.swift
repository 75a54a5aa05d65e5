import KVMEvents

/// An interrupt that was accepted for a vCPU while L2 ran on it.
struct InterruptWatch: Sendable {
  var vector: UInt64 = 0
  var since: UInt64 = 0
}

extension TimelineTracker {
  /// kvm_apic_accept_irq: it happens wherever the interrupt comes from, and names its target.
  ///
  /// The target is the vCPU with that number; where several VMs have one, nobody knows which is meant.
  mutating func acceptedInterrupt<Fields: EventFields & ~Copyable & ~Escapable>(
    _ fields: borrowing Fields, at time: UInt64
  ) {
    guard output.limits.needsOrder else { return }
    let target = Int32(truncatingIfNeeded: fields.integer(AcceptInterruptField.target))
    var found: Int?
    for thread in threads {
      for track in thread.tracks where tracks[track].identity.vcpu == target {
        if found != nil { return }
        found = track
      }
    }
    guard let found else { return }
    withTrack(found) { track, _ in
      guard track.level == .l2, track.levelIsProved, !track.interruptWaits else { return }
      track.interruptWaits = true
      track.watch.interrupt.vector = fields.integer(AcceptInterruptField.vector)
      track.watch.interrupt.since = time
    }
  }
}

extension VCPUTrack {
  /// L2 exits, and an interrupt waits: perhaps for too long.
  @inline(never)
  mutating func judgeWait(at time: UInt64, cpu: Int32, _ output: inout TimelineOutput) {
    let interrupt = watch.interrupt
    guard time > interrupt.since, time - interrupt.since > output.limits.interruptWait else {
      return
    }
    interruptWaits = false
    output.add(
      fact(
        .interruptWaits(vector: interrupt.vector), from: interrupt.since, to: time, cpu: cpu,
        level: .l2))
  }
}
