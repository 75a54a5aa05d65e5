import KVMEvents

/// Events of a thread with one vCPU: nearly all of them.
///
/// The caller has made sure that there is such a vCPU. Those that return a Bool say whether the
/// event was that vCPU's.
extension TimelineTracker {
  /// Whether an event that names a vCPU names this one.
  @inline(__always)
  func isSole(_ vcpu: UInt64) -> Bool {
    Int64(Int32(truncatingIfNeeded: vcpu)) == here.soleVCPU
  }

  @inline(__always)
  mutating func entryOfSole<Fields: EventFields & ~Copyable & ~Escapable>(
    _ fields: borrowing Fields, at time: UInt64
  ) -> Bool {
    guard isSole(fields.integer(EntryField.vcpu)) else { return false }
    tracks[Int(here.soleTrack)].entered(at: time, cpu: cpu, fields, &output)
    return true
  }

  @inline(__always)
  mutating func exitOfSole<Fields: EventFields & ~Copyable & ~Escapable>(
    _ fields: borrowing Fields, at time: UInt64
  ) -> Bool {
    guard !fields.has(ExitField.vcpu) || isSole(fields.integer(ExitField.vcpu)) else {
      return false
    }
    tracks[Int(here.soleTrack)].exited(at: time, cpu: cpu, fields, &output)
    return true
  }

  @inline(__always)
  mutating func nestedExitOfSole<Fields: EventFields & ~Copyable & ~Escapable>(
    _ fields: borrowing Fields, at time: UInt64
  ) -> Bool {
    guard !fields.has(ExitField.vcpu) || isSole(fields.integer(ExitField.vcpu)) else {
      return false
    }
    tracks[Int(here.soleTrack)].nestedExited(at: time, cpu: cpu, fields, &output)
    return true
  }

  @inline(__always)
  mutating func emulateOnSole<Fields: EventFields & ~Copyable & ~Escapable>(
    _ fields: borrowing Fields, at time: UInt64
  ) {
    tracks[Int(here.soleTrack)].emulated(at: time, cpu: cpu, fields, &output)
  }

  @inline(__always)
  mutating func fpuOfSole<Fields: EventFields & ~Copyable & ~Escapable>(
    _ fields: borrowing Fields, at time: UInt64
  ) {
    tracks[Int(here.soleTrack)].fpu(at: time, cpu: cpu, fields, &output)
  }

  /// pio, mmio, injections: they show that the vCPU is in KVM.
  @inline(never)
  mutating func handledBySole(at time: UInt64) {
    tracks[Int(here.soleTrack)].handled(at: time, cpu: cpu, &output)
  }
}
