import EventFormat
import KVMEvents
import RingBuffer
import TraceBytes

/// A thread on a CPU that drives one vCPU and no more: nearly all events are of one.
struct SoleVCPU<Clock: TraceClock> {
  let thread: Int32
  /// The `vcpu_id`, or a number that none has.
  let vcpu: Int64
  /// The position of the CPU.
  let cpu: Int32
  /// What becomes of time stamps.
  let clock: Clock

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
    var lastTaken = last
    defer {
      run.place = place
      last = lastTaken
    }
    let events = events.entries.span
    let records = run
    guard place.length >= 8 else { return .another }
    var header = RecordHeader(records.payload(at: place), at: 0)
    while true {
      guard header.thread == thread, Int(header.event) < events.count else { return .another }
      let event = events[Int(header.event)]
      // Fields that lie within an event's least length lie within the record.
      guard place.length >= Int(event.soleLength) else { return .another }
      let payload = records.payload(at: place)
      if event.vcpuOffset != 0 {
        let named = Int32(bitPattern: payload.u32(at: Int(event.vcpuOffset)))
        guard Int64(named) == vcpu else { return .another }
      }
      counts.addInPlace(Int(event.number))
      let time = clock.time(place.timestamp)
      lastTaken = time
      feed(event.kind, RecordFields(payload, event.layouts), at: time, to: &track, &output)
      if let next = records.nearRecord(after: place) {
        place = next.place
        header = RecordHeader(next.common)
      } else {
        let timestamp = place.timestamp
        run.place = place
        guard try run.advance() else { return .atEnd }
        place = run.place
        if place.timestamp < timestamp { return .wentBack(from: timestamp) }
        guard place.length >= 8 else { return .another }
        header = RecordHeader(records.payload(at: place), at: 0)
      }
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
    case .nestedIntercepts: track.intercepts(fields)
    case .nestedInterruptExit: track.handled(at: time, cpu: cpu, &output)
    case .other: break
    default: track.apply(kind, fields, cpu: cpu, at: time, &output)
    }
  }
}
