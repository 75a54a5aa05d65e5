/// What is counted of one vCPU beside its exits and states.
public struct VCPUCounters: Sendable {
  /// kvm_entry events.
  public internal(set) var entries: UInt64 = 0
  /// Entries that anything but kvm_exit followed: they never reached the guest.
  public internal(set) var entriesFailed: UInt64 = 0
  /// kvm_exit events.
  public internal(set) var exits: UInt64 = 0
  /// Exits of L2.
  public internal(set) var l2Exits: UInt64 = 0
  /// Exits of L2 that L1 was told of.
  public internal(set) var l2ExitsReflected: UInt64 = 0
  /// Exits that L1 was told of without a hardware exit like it.
  public internal(set) var l2ExitsSynthesized: UInt64 = 0
  /// Proved entries into L2.
  public internal(set) var nestedEntries: UInt64 = 0
  /// Reflected exits after which L2 ran again.
  public internal(set) var roundTrips: UInt64 = 0
  /// Sum over them of 1 + L1's exits on the way.
  public internal(set) var roundTripExits: UInt64 = 0
  /// Exits of L1 that enter a nested guest: VMLAUNCH, VMRESUME, VMRUN.
  public internal(set) var nestedEntryAttempts: UInt64 = 0
  /// Events that only nested virtualization has.
  public internal(set) var nestedEvents: UInt64 = 0
}
