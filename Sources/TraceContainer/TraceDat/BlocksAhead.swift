import Decompression
import Dispatch
import Synchronization

/// Reads blocks ahead of whoever walks the streams, with threads of its own.
///
/// Each stream has a few slots: one holds the block that is walked, the others those that come next. A thread looks for
/// the stream that has the fewest blocks ready, and reads one for it. The walker does the same when the block it wants is
/// not there, so that nobody waits while there is work. Which thread reads a block changes nothing of what is in it.
///
///     slots of a stream   ▓ walked   ▒ ready   ▒ ready   ░ being read
final class BlocksAhead: Sendable {
  /// What is known of one stream.
  ///
  /// Whoever set `isBusy` alone may use its reader.
  private struct Lane {
    /// Blocks that were read and not asked for yet, with their slots; the oldest first.
    var ready: [(block: ReadBlock, slot: Int)] = []
    var freeSlots: [Int]
    /// The slot that the walker was given.
    var lent: Int?
    var isBusy = false
    /// The end was read.
    var isOver = false

    var canRead: Bool { !isBusy && !isOver && !freeSlots.isEmpty }
  }

  private struct State {
    var lanes: [Lane]
    var sleepers = 0
    var walkerWaits = false
    var isStopped = false
  }

  /// One block that is to be read.
  private struct Job {
    let stream: Int
    let slot: Int
  }

  /// Readers and what they hold; see `Lane.isBusy`.
  private struct Readers: @unchecked Sendable {
    let all: [BlockReader]
  }

  /// The walker's own working memory: used by the walker alone.
  private struct WalkersMemory: @unchecked Sendable {
    let decompressor: Decompressor
  }

  private let readers: Readers
  private let memory: WalkersMemory
  private let state: Mutex<State>
  private let work = DispatchSemaphore(value: 0)
  private let arrival = DispatchSemaphore(value: 0)
  private let workers = DispatchGroup()

  /// Begins to read.
  ///
  /// - Parameters:
  ///   - readers: one for each stream, at their starts; nobody else uses them any more.
  ///   - threads: how many threads to start: at least one.
  init(_ readers: [BlockReader], threads: Int) {
    self.readers = Readers(all: readers)
    memory = WalkersMemory(decompressor: Decompressor())
    state = Mutex(State(lanes: readers.map { Lane(freeSlots: Array(0..<$0.slotCount)) }))
    let queue = DispatchQueue(label: "blocks ahead", attributes: .concurrent)
    for _ in 0..<threads { queue.async(group: workers) { self.workAhead() } }
  }

  /// Ends the threads and waits until they have ended.
  func stop() {
    let sleepers = state.withLock { state in
      state.isStopped = true
      defer { state.sleepers = 0 }
      return state.sleepers
    }
    for _ in 0..<sleepers { work.signal() }
    workers.wait()
  }

  // MARK: - The walker

  private enum Step {
    case take(ReadBlock, wakes: Bool)
    case read(Job, forItself: Bool)
    case wait
  }

  /// The next block of a stream.
  ///
  /// What it gave for the stream before is not to be used any more.
  func next(of stream: Int) -> ReadBlock {
    while true {
      let step: Step = state.withLock { state in Self.step(&state, stream) }
      switch step {
      case .take(let block, let wakes):
        if wakes { work.signal() }
        return block
      case .read(let job, let forItself):
        let block = readers.all[job.stream].read(into: job.slot, with: memory.decompressor)
        state.withLock { state in
          Self.finish(job, block, &state)
          // Nothing was ready before it.
          if forItself { _ = Self.takeReady(&state, stream) }
        }
        if forItself { return block }
      case .wait: arrival.wait()
      }
    }
  }

  private static func step(_ state: inout State, _ stream: Int) -> Step {
    if let lent = state.lanes[stream].lent {
      state.lanes[stream].freeSlots.append(lent)
      state.lanes[stream].lent = nil
    }
    if let block = takeReady(&state, stream) {
      // Once for many blocks: to fall asleep and wake up takes as long as to read one.
      let lane = state.lanes[stream]
      let wakes =
        state.sleepers > 0 && lane.canRead && lane.freeSlots.count > lane.ready.count
      if wakes { state.sleepers -= 1 }
      return .take(block, wakes: wakes)
    }
    if state.lanes[stream].isOver { return .take(ReadBlock(isEnd: true), wakes: false) }
    if let job = begin(stream, &state) { return .read(job, forItself: true) }
    // Somebody reads that block just now: meanwhile another one can be read.
    if let job = mostUrgent(&state) { return .read(job, forItself: false) }
    state.walkerWaits = true
    return .wait
  }

  private static func takeReady(_ state: inout State, _ stream: Int) -> ReadBlock? {
    guard !state.lanes[stream].ready.isEmpty else { return nil }
    let first = state.lanes[stream].ready.removeFirst()
    state.lanes[stream].lent = first.slot
    return first.block
  }

  // MARK: - Reading

  private static func begin(_ stream: Int, _ state: inout State) -> Job? {
    guard state.lanes[stream].canRead, let slot = state.lanes[stream].freeSlots.popLast() else {
      return nil
    }
    state.lanes[stream].isBusy = true
    return Job(stream: stream, slot: slot)
  }

  private static func mostUrgent(_ state: inout State) -> Job? {
    var best: Int?
    var fewest = Int.max
    for stream in state.lanes.indices where state.lanes[stream].canRead {
      if state.lanes[stream].ready.count < fewest {
        best = stream
        fewest = state.lanes[stream].ready.count
      }
    }
    return best.flatMap { begin($0, &state) }
  }

  private static func finish(_ job: Job, _ block: ReadBlock, _ state: inout State) {
    state.lanes[job.stream].isBusy = false
    state.lanes[job.stream].isOver = block.isEnd
    state.lanes[job.stream].ready.append((block, job.slot))
  }

  private enum Task {
    case read(Job)
    case sleep
    case end
  }

  private func workAhead() {
    let decompressor = Decompressor()
    while true {
      let task: Task = state.withLock { state in
        if state.isStopped { return .end }
        if let job = Self.mostUrgent(&state) { return .read(job) }
        state.sleepers += 1
        return .sleep
      }
      switch task {
      case .end: return
      case .sleep: work.wait()
      case .read(let job):
        let block = readers.all[job.stream].read(into: job.slot, with: decompressor)
        let wakesWalker = state.withLock { state in
          Self.finish(job, block, &state)
          defer { state.walkerWaits = false }
          return state.walkerWaits
        }
        if wakesWalker { arrival.signal() }
      }
    }
  }
}
