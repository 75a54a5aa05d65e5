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
  /// How time stamps become nanoseconds; nil when they stay as they are.
  let conversion: ClockConversion?

  /// Takes the records of a run as long as they are this vCPU's.
  ///
  /// This is where nearly all time of a walk is spent. A function of its own, with all that the loop
  /// needs handed in once: the track is looked up once and not for every event, and the loop's own
  /// numbers stay in registers. Each kind of event that is frequent has a function of its own, too;
  /// one that held them all would keep everything in memory.
  ///
  /// - Parameters:
  ///   - track: the vCPU's.
  ///   - output: where its intervals and facts go.
  ///   - counts: of events by number.
  ///   - last: becomes the time of the last record taken.
  ///   - events: what event ids stand for.
  ///   - run: the records.
  ///   - due: records up to this time may be taken.
  /// - Returns: why the run was not followed further.
  /// - Throws: `PageFault` when what follows in the run cannot be read.
  @inline(never)
  @_lifetime(run: copy run)
  func follow<Run: RecordRun & ~Escapable>(
    _ track: inout VCPUTrack, _ output: inout TimelineOutput, _ counts: inout EventCounts,
    _ last: inout UInt64, _ events: EventTable, _ run: inout Run, until due: UInt64
  ) throws(PageFault) -> TimelineConsumer.Pause {
    // Where the next record lies stays in registers: only rarely the run must know.
    var place = run.place
    defer { run.place = place }
    let isConverted = conversion != nil
    let events = events.entries.span
    while true {
      let timestamp = place.timestamp
      let length = place.length
      guard length >= 8 else { return .another }
      // Fields that lie within an event's least length lie within the record.
      let payload = run.payload(at: place)
      let header = RecordHeader(payload, at: 0)
      guard header.thread == thread, Int(header.event) < events.count else { return .another }
      let event = events[Int(header.event)]
      guard length >= Int(event.soleLength) else { return .another }
      if event.vcpuOffset != 0 {
        let named = Int32(bitPattern: payload.u32(at: Int(event.vcpuOffset)))
        guard Int64(named) == vcpu else { return .another }
      }
      counts.add(Int(event.number))
      let time = isConverted ? TimelineConsumer.convert(timestamp, conversion) : timestamp
      last = time
      feed(event.kind, RecordFields(payload, event.layouts), at: time, to: &track, &output)
      if let next = run.nearPlace(after: place) {
        place = next
      } else {
        run.place = place
        guard try run.advance() else { return .atEnd }
        place = run.place
      }
      if place.timestamp < timestamp { return .wentBack(from: timestamp) }
      if place.timestamp > due { return .notDue }
    }
  }

  /// Hands an event to the track.
  @inline(__always)
  private func feed(
    _ kind: EventKind, _ fields: RecordFields, at time: UInt64, to track: inout VCPUTrack,
    _ output: inout TimelineOutput
  ) {
    switch kind {
    case .entry: track.entered(at: time, cpu: cpu, fields, &output)
    case .exit: track.exited(at: time, cpu: cpu, fields, &output)
    case .nestedExit: track.nestedExited(at: time, cpu: cpu, fields, &output)
    case .emulateInstruction: track.emulated(at: time, cpu: cpu, fields, &output)
    case .fpu: track.fpu(at: time, cpu: cpu, fields, &output)
    case .nestedExitInject: track.injectedExit(at: time, cpu: cpu, fields, &output)
    case .nestedEntry: track.nestedEntry(at: time, cpu: cpu, fields, &output)
    case .userspaceExit: track.exitedToUserspace(at: time, cpu: cpu, fields, &output)
    case .injectInterrupt: track.injectedInterrupt(at: time, cpu: cpu, fields, &output)
    case .pio, .mmio: track.transferred(at: time, cpu: cpu, &output)
    case .nestedInterruptExit: track.handled(at: time, cpu: cpu, &output)
    case .other: break
    default: track.apply(kind, fields, cpu: cpu, at: time, &output)
    }
  }
}
