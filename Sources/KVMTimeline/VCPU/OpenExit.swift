import KVMEvents

/// The kvm_exit that no kvm_entry has answered yet.
struct OpenExit {
  var at: UInt64 = 0
  var cpu: Int32 = 0
  var code = ExitCode(raw: 0, isa: nil) { didSet { block = ExitTable.block(of: code) } }
  /// Where the table of exits has rows with this code; nil if the code is a rare one.
  private(set) var block: Int?
  /// Where the guest stood.
  var rip: UInt64 = 0
  /// This and the next are read only where emulation says anything, and only of exits that seem to be L2's.
  var info1: UInt64 = 0
  var info2: UInt64 = 0
  /// The level that was left; unknown until settled.
  var level = GuestLevel.unknown
  /// Time spent in userspace, halted or off the CPU since.
  var offCPU: UInt64 = 0

  /// Whether another exit repeats this one to the letter, as a kernel does that traces a stale
  /// reason.
  @inline(__always)
  func repeats(_ other: OpenExit) -> Bool {
    code == other.code && info1 == other.info1 && info2 == other.info2
  }
}

/// A run of instructions of L2 that KVM emulated though no exit asked for it.
struct EmulationEpisode {
  var begin: UInt64
  var end: UInt64
  var count: UInt64
  var cpu: Int
  var firstRIP: UInt64
  var lastRIP: UInt64
}
