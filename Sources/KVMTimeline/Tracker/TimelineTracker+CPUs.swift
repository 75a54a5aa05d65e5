/// What is remembered of each CPU: whose events come from it, and when the last one was.
extension TimelineTracker {
  /// What is remembered of a CPU.
  struct CPU {
    /// The thread of the last event, and its number: events come in runs.
    var threadID = noThread
    var thread: Int32 = -1
    /// The thread's only vCPU.
    var sole = Sole()
    /// The time of the last record.
    var last: UInt64 = 0
    /// The thread that the last event brings, if that was a switch to one that drives vCPUs.
    var coming = noThread

    /// No thread has this number.
    static let noThread = Int32.min

    /// The only vCPU of a thread.
    struct Sole {
      /// As an index into `tracks`; -1 when there is none, or are several.
      var track: Int32 = -1
      /// Its `vcpu_id`; `noVCPU` while it has none.
      var vcpu = noVCPU
    }

    /// No `vcpu_id` equals it.
    static let noVCPU = Int64.min
  }

  /// The time of the last event on the CPU that events come from now.
  @inline(__always)
  var lastTime: UInt64 { here.last }

  /// The thread of the last event has one vCPU and no more.
  @inline(__always)
  var hasSoleTrack: Bool { here.sole.track >= 0 }

  /// Notes that `thread` had an event at `time` on the CPU that events come from now, whatever it
  /// was.
  @inline(__always)
  mutating func touch(thread id: Int32, at time: UInt64) {
    if here.threadID == id {
      here.last = time
    } else {
      change(to: id, at: time)
    }
  }

  /// The next events are those of the CPU at a position.
  @inline(__always)
  mutating func move(to cpu: Int) {
    if cpu != position { changeCPU(to: cpu) }
  }

  @inline(never)
  private mutating func changeCPU(to cpu: Int) {
    if cpu >= cpus.count { growCPUs(to: cpu) }
    putBack()
    here = cpus[cpu]
    position = cpu
  }

  /// Makes `cpus` complete.
  mutating func putBack() {
    if position >= 0 { cpus[position] = here }
  }

  /// Whether a thread had the last event on the CPU that events come from now, or comes by it.
  @inline(__always)
  func isHere(_ thread: Int32) -> Bool { here.threadID == thread || here.coming == thread }

  @inline(never)
  private mutating func change(to id: Int32, at time: UInt64) {
    noteLastEvent(of: here)
    let number = table.number(of: id)
    if number >= 0 {
      checkOrder(ofThread: Int(number), at: time)
      let before = threads[Int(number)].cpu
      if Int(before) != position { moved(Int(number), from: before, at: time) }
    }
    here = CPU(threadID: id, thread: number, sole: sole(of: number), last: time)
    if number >= 0 { threads[Int(number)].cpu = Int32(truncatingIfNeeded: position) }
  }

  /// A thread's vCPUs were on another CPU before.
  mutating func moved(_ number: Int, from before: Int32, at time: UInt64) {
    for at in threads[number].tracks.indices {
      tracks[threads[number].tracks[at]].moved(from: before, at: time)
    }
  }

  /// A thread appears on a CPU: its events elsewhere must not be later.
  private mutating func checkOrder(ofThread number: Int, at time: UInt64) {
    let before = Int(threads[number].cpu)
    if before != position && cpus.indices.contains(before) && Int(cpus[before].thread) == number
      && cpus[before].last > time
    {
      sawDisorder = true
    }
    for track in threads[number].tracks where tracks[track].end > time { sawDisorder = true }
  }

  /// The only vCPU of a thread, by its number; none if it has none or several.
  ///
  /// It changes nothing; were it not `mutating`, each call would copy the whole tracker.
  private mutating func sole(of number: Int32) -> CPU.Sole {
    guard number >= 0 else { return CPU.Sole() }
    let current = threads[Int(number)].current
    guard threads[Int(number)].tracks.count == 1, threads[Int(number)].tracks[0] == current
    else { return CPU.Sole() }
    let vcpu = tracks[current].identity.vcpu.map { Int64($0) }
    return CPU.Sole(track: Int32(truncatingIfNeeded: current), vcpu: vcpu ?? CPU.noVCPU)
  }

  /// A thread's vCPUs have changed: what the CPUs remember of it is no longer true.
  mutating func forgetSoleTracks(of number: Int) {
    let sole = sole(of: Int32(truncatingIfNeeded: number))
    for cpu in cpus.indices where Int(cpus[cpu].thread) == number { cpus[cpu].sole = sole }
    if Int(here.thread) == number { here.sole = sole }
  }

  /// Changes what is remembered of every CPU, that of the last event included.
  mutating func changeCPUs(_ body: (inout CPU, borrowing TimelineTracker) -> Void) {
    putBack()
    var all = cpus
    for cpu in all.indices { body(&all[cpu], self) }
    cpus = all
    if position >= 0 { here = cpus[position] }
  }

  @inline(never)
  mutating func growCPUs(to cpu: Int) {
    while cpus.count <= cpu { cpus.append(CPU()) }
  }

  /// Tells the tracks of a CPU's thread when its last event was.
  mutating func noteLastEvent(of cpu: CPU) {
    let number = Int(cpu.thread)
    guard number >= 0 else { return }
    for at in threads[number].tracks.indices {
      let track = threads[number].tracks[at]
      if tracks[track].end < cpu.last { tracks[track].end = cpu.last }
    }
  }
}
