import EventFormat
import KVMEvents
public import RingBuffer
import TraceBytes

/// Taking many records of one stream in one go.
extension TimelineConsumer {
  /// See ``RecordConsumer/follow(_:until:stream:)``.
  @inline(__always)
  public mutating func follow<Run: RecordRun & ~Escapable>(
    _ run: inout Run, until due: UInt64, stream: Int
  ) throws(PageFault) -> Bool {
    // Within a run the time grows, or `clockWentBack` is called: first and last need no look at
    // every record.
    last = max(last, tracker.lastTime)
    first = min(first, converted(run.record.timestamp))
    tracker.move(to: cpus[stream])
    while true {
      if tracker.hasSoleTrack && events.isUsual {
        switch try followSole(&run, until: due) {
        case .atEnd: return false
        case .notDue: return true
        case .wentBack(let time):
          clockWentBack(to: run.record.timestamp, from: time, stream: stream)
        case .another: break
        }
        if run.record.timestamp > due && !takesBeforeTurn(run.record, in: run.bytes, stream: stream)
        {
          return true
        }
      }
      take(run.record, in: run.bytes, stream: stream)
      let time = run.record.timestamp
      guard try run.advance() else { return false }
      if run.record.timestamp < time {
        clockWentBack(to: run.record.timestamp, from: time, stream: stream)
      }
      if run.record.timestamp > due && !takesBeforeTurn(run.record, in: run.bytes, stream: stream) {
        return true
      }
    }
  }

  /// See ``RecordConsumer/takesBeforeTurn(_:in:stream:)``.
  ///
  /// While one thread runs on a CPU nothing that happens elsewhere is about its vCPU: its events
  /// need not wait for those of other CPUs, up to the scheduler event that brings the next vCPU.
  ///
  /// So the events of each thread stay in order, and so do the scheduler events that concern any
  /// vCPU among each other; only the order between threads is given up. That a thread cannot be on
  /// another CPU in between is sure only if its switches were recorded beside its own events; were it
  /// not so, the tracker would find the thread's time running backwards (see
  /// ``TimelineTracker/sawDisorder``).
  @inline(__always)
  public mutating func takesBeforeTurn(_ record: Record, in bytes: RawSpan, stream: Int) -> Bool {
    guard ordersByThread, record.length >= 8 else { return false }
    let header = RecordHeader(bytes, at: record.offset)
    let event = events[header.event]
    if event.kind.isOfScheduler { return takesSwitchEarly(event, record, in: bytes) }
    return tracker.isHere(header.thread)
  }

  @inline(never)
  private mutating func takesSwitchEarly(
    _ event: EventTable.Entry, _ record: Record, in bytes: RawSpan
  ) -> Bool {
    guard event.kind == .schedSwitch, event.isPacked, record.length >= Int(event.minimumLength)
    else { return false }
    let fields = RecordFields(bytes.suffix(from: record.offset), event.layouts)
    return tracker.maySwitchEarly(
      from: Int32(truncatingIfNeeded: fields.integer(SchedSwitchField.previousThread)),
      to: Int32(truncatingIfNeeded: fields.integer(SchedSwitchField.nextThread)),
      at: converted(record.timestamp))
  }

  /// Why the records of one vCPU were not followed further.
  enum Pause {
    /// The run has come to its end.
    case atEnd
    /// The next record is not due.
    case notDue
    /// The next record is earlier than the last one, which was at this time.
    case wentBack(from: UInt64)
    /// The next record is for `take`: of another thread, or not for this vCPU alone.
    case another
  }

  /// Takes records of the thread here as long as they are of its only vCPU.
  @inline(__always)
  private mutating func followSole<Run: RecordRun & ~Escapable>(
    _ run: inout Run, until due: UInt64
  ) throws(PageFault) -> Pause {
    guard let conversion else { return try followSole(RecordedClock(), &run, until: due) }
    return try followSole(conversion, &run, until: due)
  }

  @inline(__always)
  private mutating func followSole<Run: RecordRun & ~Escapable, Clock: TraceClock>(
    _ clock: Clock, _ run: inout Run, until due: UInt64
  ) throws(PageFault) -> Pause {
    let here = SoleVCPU(
      thread: tracker.here.threadID, vcpu: tracker.here.sole.vcpu, cpu: tracker.cpu, clock: clock)
    return try here.follow(
      &tracker.tracks[Int(tracker.here.sole.track)], &tracker.output, &counts, &tracker.here.last,
      events, &run,
      // Scheduler events are never taken there, and everything else of the thread may come early.
      until: ordersByThread ? .max : due)
  }
}
