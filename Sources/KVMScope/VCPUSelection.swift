import KVMTimeline
import TraceChecks

/// Which vCPUs the user asked for.
struct VCPUSelection {
  private let vcpus: Set<Int32>?
  private let vms: Set<Int32>?
  private let threads: Set<Int32>?
  private let cpus: Set<Int>?
  private let hasEventPatterns: Bool

  init(_ options: AnalysisOptions) {
    vcpus = options.vcpus
    vms = options.vms
    threads = options.threads
    cpus = options.cpus
    hasEventPatterns = !options.events.isEmpty
  }

  /// Whether anything is left out.
  var isLimited: Bool {
    vcpus != nil || vms != nil || threads != nil || cpus != nil || hasEventPatterns
  }

  func selects(_ identity: VCPUIdentity) -> Bool {
    if let vcpus, !(identity.vcpu.map(vcpus.contains) ?? false) { return false }
    if let vms, !(identity.vm.map(vms.contains) ?? false) { return false }
    if let threads, !threads.contains(identity.thread) { return false }
    return true
  }

  /// Whether a vCPU was on one of the CPUs that were asked for.
  ///
  /// - Parameter track: whose states were counted there only.
  /// - Returns: true where no CPUs were asked for.
  func selects(_ track: VCPUTrack) -> Bool {
    guard selects(track.identity) else { return false }
    return cpus == nil || !track.stateTotals.isEmpty || track.counters.exits > 0
  }

  /// Findings about the trace itself are always of interest.
  func selects(_ finding: Finding) -> Bool {
    if let cpus, let cpu = finding.cpu, !cpus.contains(cpu) { return false }
    return finding.identity.map(selects) ?? true
  }

  func selects(_ notJudged: NotJudged) -> Bool { notJudged.identity.map(selects) ?? true }
}
