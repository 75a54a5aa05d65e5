import KVMTimeline

/// Hands on the intervals of the vCPUs and CPUs that the user asked for.
final class SelectedIntervals: IntervalReceiver {
  let wantsDetails = true
  private let selection: VCPUSelection
  private let cpus: Set<Int>?
  private let body: (Interval, VCPUIdentity) -> Void

  init(
    _ selection: VCPUSelection, _ cpus: Set<Int>?,
    _ body: @escaping (Interval, VCPUIdentity) -> Void
  ) {
    self.selection = selection
    self.cpus = cpus
    self.body = body
  }

  func receive(_ interval: Interval, of identity: VCPUIdentity) {
    guard selection.selects(identity) else { return }
    if let cpus, !cpus.contains(interval.cpu) { return }
    body(interval, identity)
  }
}
