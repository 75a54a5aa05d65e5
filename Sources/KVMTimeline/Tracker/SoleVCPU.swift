import EventFormat
import KVMEvents
import RingBuffer
import TraceBytes

/// A thread on a CPU that drives one vCPU and no more: nearly all events are of one.
struct SoleVCPU {
  let thread: Int32
  /// The `vcpu_id`, or a number that none has.
  let vcpu: Int64
  /// The position of the CPU.
  let cpu: Int32

  /// Whether an event that names a vCPU names this one.
  @inline(__always)
  private func isNamed(by vcpu: UInt64) -> Bool {
    Int64(Int32(truncatingIfNeeded: vcpu)) == self.vcpu
  }

  /// Takes the records of a run as long as they are this vCPU's.
  ///
  /// `last` becomes the time of the last one taken.
  @inline(never)
  func follow<Run: RecordRun & ~Escapable>(
    _ track: inout VCPUTrack, _ output: inout TimelineOutput, _ counts: inout EventCounts,
    _ last: inout UInt64, _ events: EventTable, _ conversion: ClockConversion?, _ run: inout Run,
    until due: UInt64
  ) throws(PageFault) -> TimelineConsumer.Pause {
    let isConverted = conversion != nil
    while true {
      let record = run.record
      guard record.length >= 8 else { return .another }
      let header = RecordHeader(run.bytes, at: record.offset)
      let event = events[header.event]
      guard header.thread == thread, event.isPacked, record.length >= Int(event.minimumLength)
      else { return .another }
      var time = record.timestamp
      if isConverted { time = TimelineConsumer.convert(time, conversion) }
      if event.kind != .other {
        let fields = RecordFields(
          run.bytes.extracting(record.offset..<record.offset &+ record.length),
          events.layouts(event.number))
        guard feed(event.kind, fields, at: time, to: &track, &output) else { return .another }
      }
      counts.add(Int(event.number))
      last = time
      guard try run.advance() else { return .atEnd }
      let next = run.record.timestamp
      if next < record.timestamp { return .wentBack(from: record.timestamp) }
      if next > due { return .notDue }
    }
  }

  /// Hands an event to the track, if it is for this vCPU alone; else does nothing.
  @inline(__always)
  private func feed(
    _ kind: EventKind, _ fields: RecordFields, at time: UInt64, to track: inout VCPUTrack,
    _ output: inout TimelineOutput
  ) -> Bool {
    switch kind {
    case .entry:
      guard isNamed(by: fields.integer(EntryField.vcpu)) else { return false }
      track.entered(at: time, cpu: cpu, fields, &output)
    case .exit:
      guard !fields.has(ExitField.vcpu) || isNamed(by: fields.integer(ExitField.vcpu)) else {
        return false
      }
      track.exited(at: time, cpu: cpu, fields, &output)
    case .nestedExit:
      guard !fields.has(ExitField.vcpu) || isNamed(by: fields.integer(ExitField.vcpu)) else {
        return false
      }
      track.nestedExited(at: time, cpu: cpu, fields, &output)
    case .smmTransition, .vcpuMention:
      guard isNamed(by: fields.integer(MentionField.vcpu)) else { return false }
      track.apply(kind, fields, cpu: cpu, at: time, &output)
    case .schedSwitch, .schedFork, .schedExec, .schedExit, .writeTSCOffset, .trackTSC:
      return false
    case .emulateInstruction: track.emulated(at: time, cpu: cpu, fields, &output)
    case .fpu: track.fpu(at: time, cpu: cpu, fields, &output)
    case .injectInterrupt, .pio, .mmio, .nestedInterruptExit:
      track.handled(at: time, cpu: cpu, &output)
    case .interrupt, .other: break
    default: track.apply(kind, fields, cpu: cpu, at: time, &output)
    }
    return true
  }
}
