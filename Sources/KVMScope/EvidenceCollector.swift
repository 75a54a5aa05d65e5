import EventFormat
import KVMTimeline
import RingBuffer
import TraceBytes
import TraceChecks
import TraceContainer

/// Finds the events that prove findings, in a walk of its own: the first one keeps nothing of what
/// it reads.
enum EvidenceCollector {
  /// More findings than this keep only the command that shows their events.
  private static let mostFindings = 500

  /// Fills in the evidence of findings that have a thread and a time.
  ///
  /// - Parameters:
  ///   - trace: where the events are.
  ///   - findings: get their evidence.
  ///   - events: numbers of events that are shown beside those of KVM.
  static func collect(
    _ trace: OpenedTrace, _ findings: inout [Finding], showing events: Set<Int> = []
  ) {
    var wanted: [EvidenceConsumer.Wanted] = []
    // The worst first, so that many notes leave no error without its proof.
    let order = findings.indices.sorted {
      (-findings[$0].severity.rawValue, $0) < (-findings[$1].severity.rawValue, $1)
    }
    for number in order {
      let finding = findings[number]
      guard finding.hasEvidence, let thread = finding.identity?.thread, let begin = finding.begin,
        let end = finding.end
      else {
        continue
      }
      // What led to the end of a guest is longer ago than what led to a single wrong event.
      let before = finding.tellsOfEnd ? EvidenceConsumer.mostBefore : 6
      wanted.append(
        .init(finding: number, thread: thread, begin: begin, end: end, before: before))
      if wanted.count == mostFindings { break }
    }
    if wanted.isEmpty { return }
    var consumer = EvidenceConsumer(trace, wanted, events)
    trace.walk(into: &consumer)
    for (finding, evidence) in consumer.evidence() {
      findings[finding].evidence = evidence
      nameCondition(&findings[finding])
    }
  }

  /// The event of a failed entry has the condition in words: the finding's sentence gets them.
  private static func nameCondition(_ finding: inout Finding) {
    guard finding.check == "nested-entry-failed" || finding.check == "nested-entry-storm",
      let event = finding.evidence.first(where: { $0.event == "kvm_nested_vmenter_failed" })
    else { return }
    finding.message += ": \(event.text)"
  }
}

/// Picks the events of some threads around some stretches of time.
///
///     … ─ ─ ●●●●●● │ ●●●● ─ ─ … ─ ─ ●●●● │ ●●●● ─ ─ …
///          before    first    finding  last   after
struct EvidenceConsumer: RecordConsumer {
  /// A stretch of one thread's time.
  struct Wanted {
    let finding: Int
    let thread: Int32
    let begin: UInt64
    let end: UInt64
    /// So many events before it.
    let before: Int
    var first: [EvidenceEvent] = []
    var last: [EvidenceEvent] = []
    var after: [EvidenceEvent] = []
    /// Events of `first` that lie inside the stretch.
    var inside = 0
    var isBegun = false
    var isDone = false

    init(finding: Int, thread: Int32, begin: UInt64, end: UInt64, before: Int) {
      self.finding = finding
      self.thread = thread
      self.begin = begin
      self.end = end
      self.before = before
    }
  }

  /// A record kept until it is known whether it stands before a finding.
  private struct Kept {
    var time: UInt64 = 0
    var cpu = 0
    var number = 0
    var payload: [UInt8] = []
  }

  /// What is remembered of a thread.
  private struct Thread {
    var wanted: [Int] = []
    /// Its last records, as a ring.
    var ring: [Kept] = []
    var next = 0
  }

  /// Events of the kvm system that the thread causes as a process, not as a vCPU.
  private static let unrelated: Set<String> = [
    "kvm_unmap_hva_range", "kvm_set_spte_hva", "kvm_age_hva", "kvm_test_age_hva",
    "kvm_update_master_clock",
  ]
  static let mostBefore = 16
  private static let inside = 4
  private static let behind = 4

  private let trace: OpenedTrace
  private let renderer: EventTextRenderer
  private let conversion: ClockConversion?
  /// By the event's number: it tells something of a vCPU.
  private let isRelevant: [Bool]
  private var wanted: [Wanted]
  private var threads: [Int32: Thread] = [:]
  private var left: Int

  init(_ trace: OpenedTrace, _ wanted: [Wanted], _ events: Set<Int>) {
    self.trace = trace
    self.wanted = wanted
    renderer = trace.makeRenderer()
    conversion = trace.conversion
    isRelevant = trace.catalogue.events.enumerated().map { number, event in
      event.system == "kvm" && !Self.unrelated.contains(event.name) || events.contains(number)
    }
    left = wanted.count
    for (number, one) in wanted.enumerated() {
      threads[one.thread, default: Thread()].wanted.append(number)
    }
  }

  /// The evidence by finding, in order of time.
  func evidence() -> [(finding: Int, events: [EvidenceEvent])] {
    wanted.map { one in
      // Nothing happened in its stretch or behind it: what stood before is all there is.
      let first = one.isBegun ? one.first : Array(kept(by: one.thread).suffix(one.before))
      return (one.finding, first + one.last + one.after)
    }
  }

  mutating func take(_ record: Record, in bytes: RawSpan, stream: Int) {
    guard record.length >= 8 else { return }
    let (id, thread) = trace.catalogue.header(in: bytes, at: record.offset)
    guard threads[thread] != nil else { return }
    let number = trace.catalogue.number(of: id)
    guard isRelevant[number] else { return }
    let time = conversion?.nanoseconds(record.timestamp) ?? record.timestamp
    let cpu = trace.place(of: stream).cpu
    for at in threads[thread]?.wanted ?? [] where !wanted[at].isDone {
      add(at, thread, time, cpu, number, record, bytes)
    }
    keep(thread, time, cpu, number, record, bytes)
  }

  /// Adds one event to a finding's evidence, if it belongs there.
  private mutating func add(
    _ at: Int, _ thread: Int32, _ time: UInt64, _ cpu: Int, _ number: Int, _ record: Record,
    _ bytes: RawSpan
  ) {
    if time < wanted[at].begin { return }
    if !wanted[at].isBegun {
      wanted[at].isBegun = true
      wanted[at].first = Array(kept(by: thread).suffix(wanted[at].before))
    }
    func event() -> EvidenceEvent {
      EvidenceEvent(
        timestamp: time, cpu: cpu, thread: thread, comm: trace.comm(thread),
        event: renderer.name(of: number),
        text: renderer.text(
          number: number, block: bytes, offset: record.offset, length: record.length))
    }
    if time > wanted[at].end {
      wanted[at].after.append(event())
      if wanted[at].after.count >= Self.behind {
        wanted[at].isDone = true
        left -= 1
      }
    } else if wanted[at].inside < Self.inside {
      wanted[at].first.append(event())
      wanted[at].inside += 1
    } else {
      wanted[at].last.append(event())
      if wanted[at].last.count > Self.inside { wanted[at].last.removeFirst() }
    }
  }

  /// Remembers a record of a thread in place of its oldest one.
  private mutating func keep(
    _ thread: Int32, _ time: UInt64, _ cpu: Int, _ number: Int, _ record: Record, _ bytes: RawSpan
  ) {
    guard var state = threads.removeValue(forKey: thread) else { return }
    if state.ring.count < Self.mostBefore { state.ring.append(Kept()) }
    let at = state.next % Self.mostBefore
    state.ring[at].time = time
    state.ring[at].cpu = cpu
    state.ring[at].number = number
    state.ring[at].payload.removeAll(keepingCapacity: true)
    let length = min(record.length, 4096)
    for byte in record.offset..<record.offset + length {
      state.ring[at].payload.append(bytes.u8(at: byte))
    }
    state.next = at + 1
    threads[thread] = state
  }

  /// The last records of a thread as events, oldest first.
  private func kept(by thread: Int32) -> [EvidenceEvent] {
    guard let state = threads[thread] else { return [] }
    return state.ring.sorted { $0.time < $1.time }.map { kept in
      EvidenceEvent(
        timestamp: kept.time, cpu: kept.cpu, thread: thread, comm: trace.comm(thread),
        event: renderer.name(of: kept.number),
        text: renderer.text(
          number: kept.number, block: kept.payload.rawBytes, offset: 0, length: kept.payload.count))
    }
  }

  mutating func lost(_ loss: Loss, stream: Int, after time: UInt64?) {}
  mutating func damaged(_ what: String, at offset: UInt64, stream: Int) {}
  mutating func clockWentBack(to time: UInt64, from: UInt64, stream: Int) {}

  /// Ends the walk as soon as all evidence is found.
  mutating func progressed(bytes: Int) -> Bool { left > 0 }
}
