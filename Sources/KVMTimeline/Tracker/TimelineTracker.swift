public import KVMEvents

/// The vCPUs of one trace: finds out which vCPU each event is about and hands it to that vCPU's
/// track.
///
/// Events come in order of time. Only `kvm_entry` and a few others name their vCPU; the rest is
/// attributed by the thread that it happened on.
public struct TimelineTracker {
  /// One thread that drives vCPUs.
  struct Thread {
    let id: Int32
    /// The vCPU that the thread drives now, as an index into `tracks`; -1 while unknown.
    var current: Int
    /// All of the thread's live vCPUs.
    var tracks: [Int]
    var cpu: Int32
    /// Events that wait until it is known whose they are: only on a thread that drives several
    /// vCPUs.
    var waiting: [WaitingEvent] = []
    /// `current` was named since KVM_RUN began.
    var isNamed = false
    /// Its number stands for several threads, or for nobody knows whom.
    var isMixed = false
  }

  struct WaitingEvent {
    let event: StoredEvent
    let time: UInt64
    let cpu: Int32
  }

  /// All vCPUs, in order of appearance, those that never ran included.
  public internal(set) var tracks: [VCPUTrack] = []
  var output: TimelineOutput
  var threads: [Thread] = []
  var table = ThreadTable()
  var cpus: [CPU] = []
  /// The CPU of the last event, taken out of `cpus`: events of one CPU come in runs.
  var here = CPU()
  var position = -1
  /// The position of the CPU that events come from now.
  @inline(__always)
  var cpu: Int32 { Int32(truncatingIfNeeded: position) }
  private var incarnations: [VCPUKey: Int] = [:]
  private let process: (Int32) -> Int32?
  /// Threads that showed a vCPU, those that ended included.
  private var everKnown: Set<Int32> { Set(threads.map(\.id)) }
  /// Events that only a vCPU's thread can have, on threads that had not shown a vCPU by then.
  var strangers: [Int32: Unattributed] = [:]
  /// A gap was seen: what begins later may have begun inside it.
  private var sawLoss = false
  /// From when on the recording of some CPU is missing.
  var silentSince: UInt64?
  /// The threads whose switches need not wait for their turn.
  var bystanders = BystanderTable()

  /// Events that only a vCPU's thread can have, on threads that never showed a vCPU.
  public var unattributed: Unattributed {
    var all = Unattributed()
    let everKnown = everKnown
    for (thread, one) in strangers where !everKnown.contains(thread) {
      if all.count == 0 || (one.first, thread) < (all.first, all.thread) {
        all.first = one.first
        all.thread = thread
      }
      all.count += one.count
    }
    return all
  }

  /// What could not be given to a vCPU.
  public struct Unattributed: Sendable {
    /// Events.
    public internal(set) var count: UInt64 = 0
    /// The time of the first, trace clock.
    public internal(set) var first: UInt64 = 0
    /// The thread of the first.
    public internal(set) var thread: Int32 = 0

    /// Nothing of the kind was seen.
    public init() {}

    init(first: UInt64, thread: Int32) {
      self.first = first
      self.thread = thread
    }
  }

  private struct VCPUKey: Hashable {
    let thread: Int32
    let vcpu: Int32?
  }

  /// A hostile trace can name vCPUs without end: more than these are not told apart.
  static let mostTracks = 65_536
  private static let mostTracksOfThread = 1_024

  /// Nothing seen yet.
  ///
  /// - Parameters:
  ///   - records: what the recording would show if it happened.
  ///   - cpuNumbers: the numbers of the CPUs, which events name by position; empty: positions are
  ///     numbers.
  ///   - window: statistics and intervals are limited to it; states are followed outside of it too.
  ///   - cpus: statistics are limited to what begins on them, by their numbers; nil: on any.
  ///   - limits: from which numbers on something is worth a fact.
  ///   - receiver: takes the intervals as they become final.
  ///   - process: tells the process of a thread, if it is known by the time of the thread's first
  ///     vCPU event.
  public init(
    records: RecordedEvents, cpuNumbers: [Int] = [], window: Range<UInt64> = 0..<UInt64.max,
    cpus: Set<Int>? = nil, limits: WatchLimits = WatchLimits(),
    receiver: (any IntervalReceiver)? = nil,
    process: @escaping (Int32) -> Int32? = { _ in nil }
  ) {
    self.process = process
    output = TimelineOutput(
      records: records, cpuNumbers: cpuNumbers, window: window, cpus: cpus, limits: limits,
      receiver: receiver)
  }

  /// More than notes happened, too often for all of it to be kept.
  public var factsWereDropped: Bool { output.factsWereDropped }

  /// What the checks must know, in order of discovery.
  public var facts: [TimelineFact] { output.facts }

  /// A thread had an event on one CPU that is earlier than one it had on another CPU before, or runs
  /// a vCPU though it was taken for a bystander.
  public internal(set) var sawDisorder = false

  /// kvm_entry after kvm_entry, or kvm_exit after kvm_exit, was seen without loss.
  public var sawUnmatchedPair: Bool { output.sawUnmatchedPair }

  // MARK: - Events

  /// Notes an event that means nothing to a vCPU: it may be its thread's last.
  public mutating func pass(thread id: Int32, cpu: Int, at time: UInt64) {
    move(to: cpu)
    touch(thread: id, at: time)
  }

  /// One event that has been copied out of its source.
  public mutating func handle(_ event: StoredEvent, thread id: Int32, cpu: Int, at time: UInt64) {
    move(to: cpu)
    touch(thread: id, at: time)
    handleHere(event.kind, event, at: time)
  }

  /// An event of the thread and on the CPU that were named last.
  mutating func handleHere<Fields: EventFields & ~Copyable & ~Escapable>(
    _ kind: EventKind, _ fields: borrowing Fields, at time: UInt64
  ) {
    route(kind, fields, thread: here.threadID, number: here.thread, cpu: cpu, at: time)
  }

  /// Gives an event to one track.
  mutating func apply<Fields: EventFields & ~Copyable & ~Escapable>(
    _ kind: EventKind, _ fields: borrowing Fields, to track: Int, cpu: Int32, at time: UInt64
  ) {
    tracks[track].apply(kind, fields, cpu: cpu, at: time, &output)
  }

  // MARK: - vCPUs

  /// The live track of a thread's vCPU, made if there is none; nil when there are too many.
  mutating func track(
    _ number: Int, vcpu: Int32?, at time: UInt64, cpu: Int32, isCreation: Bool = false
  ) -> Int? {
    for track in threads[number].tracks where tracks[track].identity.vcpu == vcpu { return track }
    // A thread that ran a vCPU without a name learns it now.
    if let vcpu, threads[number].tracks.count == 1,
      tracks[threads[number].tracks[0]].identity.vcpu == nil
    {
      let track = threads[number].tracks[0]
      tracks[track].identity.vcpu = vcpu
      tracks[track].identity.incarnation = nextIncarnation(threads[number].id, vcpu)
      forgetSoleTracks(of: number)
      return track
    }
    return begin(number, vcpu: vcpu, at: time, cpu: cpu, isCreation: isCreation)
  }

  private mutating func nextIncarnation(_ thread: Int32, _ vcpu: Int32?) -> Int {
    let key = VCPUKey(thread: thread, vcpu: vcpu)
    let incarnation = incarnations[key, default: 0]
    incarnations[key] = incarnation + 1
    return incarnation
  }

  private mutating func begin(
    _ number: Int, vcpu: Int32?, at time: UInt64, cpu: Int32, isCreation: Bool
  ) -> Int? {
    guard tracks.count < Self.mostTracks, threads[number].tracks.count < Self.mostTracksOfThread
    else { return nil }
    let id = threads[number].id
    let identity = VCPUIdentity(
      vm: process(id), vcpu: vcpu, thread: id, incarnation: nextIncarnation(id, vcpu))
    let track = tracks.count
    tracks.append(
      VCPUTrack(
        identity: identity, index: track, at: time, cpu: cpu, countsAll: output.isSummary))
    threads[number].tracks.append(track)
    // Without switches a thread that no line names is all that runs on its CPU.
    if id < 0 && !output.records.contains(.schedSwitch) { threads[number].isMixed = true }
    if threads[number].isMixed { noteMixed(track) }
    if threads[number].current < 0 { threads[number].current = track }
    forgetSoleTracks(of: number)
    if sawLoss && !isCreation {
      output.add(
        TimelineFact(
          kind: .lossMayHide, vcpu: track, begin: time, end: time, count: 1, cpu: Int(cpu),
          level: .unknown))
    }
    return track
  }

  /// Events of a thread turn out to be those of several.
  mutating func mix(_ number: Int) {
    if threads[number].isMixed { return }
    threads[number].isMixed = true
    for track in threads[number].tracks { noteMixed(track) }
  }

  private mutating func noteMixed(_ track: Int) {
    output.add(
      TimelineFact(
        kind: .mixedWithOthers, vcpu: track, begin: tracks[track].begin, end: tracks[track].end,
        count: 1, cpu: Int(tracks[track].cpu), level: .unknown))
  }

  /// Whether KVM_RUN of a track cannot have ended: its end would be on record.
  func isSurelyInRun(_ track: Int) -> Bool {
    tracks[track].isInRun && tracks[track].enteredSinceRun && !sawLoss
      && output.records.contains(.userspaceExit)
  }

  /// The number of a thread, made if it has none.
  mutating func thread(_ id: Int32, cpu: Int32) -> Int {
    let known = table.number(of: id)
    if known >= 0 { return Int(known) }
    if bystanders.remove(id) > here.last { sawDisorder = true }
    let number = threads.count
    threads.append(Thread(id: id, current: -1, tracks: [], cpu: cpu))
    table.add(id, number: Int32(truncatingIfNeeded: number))
    changeCPUs { cpu, _ in
      if cpu.threadID == id { cpu.thread = Int32(truncatingIfNeeded: number) }
    }
    return number
  }

  /// A new vCPU takes the place of an old one with the same number on the same thread.
  mutating func reincarnate(_ number: Int, vcpu: Int32, at time: UInt64, cpu: Int32) {
    if let at = threads[number].tracks.firstIndex(where: { tracks[$0].identity.vcpu == vcpu }) {
      let old = threads[number].tracks[at]
      tracks[old].close(at: time, .incarnation, &output)
      threads[number].tracks.remove(at: at)
      if threads[number].current == old { threads[number].current = -1 }
    }
    if let new = begin(number, vcpu: vcpu, at: time, cpu: cpu, isCreation: true),
      threads[number].tracks.count == 1
    {
      threads[number].current = new
    }
    forgetSoleTracks(of: number)
  }

  /// The thread is gone, or is another program now.
  mutating func endThread(_ id: Int32, at time: UInt64) {
    let number = Int(table.number(of: id))
    guard number >= 0 else { return }
    settleWaiting(number, for: nil)
    for track in threads[number].tracks { tracks[track].close(at: time, .thread, &output) }
    threads[number].tracks = []
    threads[number].current = -1
    table.remove(id)
    changeCPUs { cpu, _ in
      if cpu.threadID == id { cpu = CPU(last: cpu.last) }
    }
  }

  // MARK: - Loss and end

  /// Events were lost on `cpu`.
  ///
  /// `time` is that of the last record before the gap; nil when the recording begins with it.
  public mutating func lost(on cpu: Int, after time: UInt64?) {
    sawLoss = true
    output.sawLoss = true
    if cpu >= cpus.count { growCPUs(to: cpu) }
    putBack()
    noteLastEvent(of: cpus[cpu])
    // Whoever was to come may have gone again.
    cpus[cpu].coming = CPU.noThread
    if cpu == position { here.coming = CPU.noThread }
    guard let time else { return }
    for number in threads.indices {
      guard self.cpu(ofThread: number) == cpu else {
        for track in threads[number].tracks {
          tracks[track].lostEventsBehind(cpu, from: time, &output)
        }
        continue
      }
      settleWaiting(number, for: nil)
      for track in threads[number].tracks { tracks[track].lostEvents(from: time, &output) }
    }
  }

  /// The position of the CPU that a thread had its last event on.
  private func cpu(ofThread number: Int) -> Int {
    // A CPU that still remembers the thread may have seen it later than the note in the thread.
    var last = Int(threads[number].cpu)
    var time = cpus.indices.contains(last) && Int(cpus[last].thread) == number ? cpus[last].last : 0
    for at in cpus.indices where Int(cpus[at].thread) == number && cpus[at].last > time {
      last = at
      time = cpus[at].last
    }
    return last
  }

  /// Ends all tracks: the trace is over.
  public mutating func finish() {
    putBack()
    for cpu in cpus { noteLastEvent(of: cpu) }
    judgeSilence()
    for number in threads.indices {
      settleWaiting(number, for: nil)
      for track in threads[number].tracks {
        tracks[track].close(at: tracks[track].end, .recording, &output)
      }
      threads[number].tracks = []
    }
  }

  /// Runs `body` on a track in place.
  @inline(__always)
  mutating func withTrack(_ track: Int, _ body: (inout VCPUTrack, inout TimelineOutput) -> Void) {
    body(&tracks[track], &output)
  }
}
