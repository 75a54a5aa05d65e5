/// Which vCPU a row speaks of.
///
/// `vcpu_id` alone is never a key: two VMs both have a vCPU 0, one thread may drive several vCPUs,
/// and a new VM may use an old thread.
public struct VCPUIdentity: Hashable, Sendable {
  /// The process that owns the thread, where the trace tells it.
  public var vm: Int32?
  /// The `vcpu_id`; nil on a thread that runs a vCPU but never names it (a host that emulates
  /// everything).
  public var vcpu: Int32?
  /// The thread that drives the vCPU.
  public var thread: Int32
  /// Counts up from 0 as new vCPUs appear under the same thread and `vcpu_id`.
  public var incarnation: Int

  /// Names a vCPU.
  public init(vm: Int32? = nil, vcpu: Int32?, thread: Int32, incarnation: Int) {
    self.vm = vm
    self.vcpu = vcpu
    self.thread = thread
    self.incarnation = incarnation
  }
}
