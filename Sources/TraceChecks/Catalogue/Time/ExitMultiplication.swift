import KVMEvents
import KVMTimeline

/// `exit-multiplication`: what one exit of L2 costs in exits.
struct ExitMultiplicationCheck: Check {
  static let budget = CheckOption(
    "budget", .count, 30, "Exits per reflected exit of L2, on average")
  static let trips = CheckOption("trips", .count, 100, "Round trips of a vCPU, at least")
  let about = CheckDescription(
    id: "exit-multiplication", group: .time, severity: .note,
    title: "One exit of L2 turns into many exits of L1",
    meaning: [
      """
      An exit of L2 that L1 handles costs a round trip: L2, L0, L1, L0, L2. What L1's handler does on the way (VMREAD, \
      VMWRITE, INVEPT, MSRs) may exit to L0 again, each time. The number is the mean, over such round trips, of one \
      plus the exits of L1 between the inject and the next entry of L2.
      """
    ],
    pattern: [
      "kvm_exit                  CPUID           L2",
      "kvm_nested_vmexit_inject  CPUID           L1 is told",
      "kvm_exit                  VMREAD     <--  L1's handler: each of these counts",
      "kvm_exit                  VMWRITE    <--",
      "kvm_exit                  VMRESUME   <--  and L2 runs again",
    ],
    options: [budget, trips],
    advice: [
      "Enable shadow VMCS and enlightened VMCS where there are: VMREAD and VMWRITE then cost no exits.",
      "See `kvmscope summary` for the reasons that L1 exits for.",
    ])
  let needs: [EventKind] = [.exit, .nestedExit, .nestedExitInject]

  /// One note per vCPU.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    let (budget, trips) = (
      evidence.value(Self.budget, of: self), evidence.value(Self.trips, of: self)
    )
    for track in evidence.tracks where track.hasRun {
      let counters = track.counters
      guard counters.roundTrips > 0, counters.roundTrips >= trips,
        counters.roundTripExits / counters.roundTrips >= max(1, budget)
      else { continue }
      let mean = counters.roundTripExits / counters.roundTrips
      judgement.findings.append(
        evidence.finding(
          self, .note, about: track,
          "each of \(counters.roundTrips) reflected exits of L2 cost \(mean) exits on average",
          count: counters.roundTrips))
    }
  }
}
