/// What is remembered of one vCPU for the checks alone.
///
/// Each part watches for one thing. The track tells it of rare events, and of frequent ones only by a
/// comparison or two; what it finds becomes a ``TimelineFact``, or is read from here at the end.
struct VCPUWatch: Sendable {
  var nested = NestedWatch()
  var interrupt = InterruptWatch()
  var emulation = EmulationWatch()
  var repeats = RepeatWatch()
  var reinjections = ReinjectionWatch()
  var exceptions = ExceptionChain()
  var slowExits = SlowExits()
  var polling = PollingTotals()
  /// KVM_RUNs in a row that ended with EIO.
  var failedRuns = FailedRuns()
  /// The last KVM_RUN ended in a way that the guest does not survive.
  var endedForGood = false
}

/// KVM_RUNs in a row that ended with EIO.
struct FailedRuns: Sendable {
  var count: UInt64 = 0
  var begin: UInt64 = 0
  var end: UInt64 = 0
}
