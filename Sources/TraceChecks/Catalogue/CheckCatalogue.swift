/// All checks that kvmscope knows.
public enum CheckCatalogue {
  /// The register, in the order of the documentation: a check that stands here runs, is explained,
  /// and can be set.
  static let checks: [any Check] =
    core + [
      LostEventsCheck(), MissingEventsCheck(checks: core), UnknownThreadCheck(),
      ClockBackwardsCheck(), DamagedCheck(),
    ]

  /// Those that look at vCPUs.
  private static let core: [any Check] = [
    L2EmulationCheck(), MissingTripleFaultCheck(), SynthesizedTripleFaultCheck(),
    L2TripleFaultCheck(), TripleFaultEscapedCheck(), InvalidL2RefusedCheck(),

    UnreflectedExitCheck(), WronglyReflectedExitCheck(), ReflectedReasonMismatchCheck(),
    LostInjectCheck(), L2WithoutEntryCheck(), NestedEntryFailedCheck(), NestedEntryStormCheck(),
    VMEntryFailedCheck(), VMBuggedCheck(), SMMLostL2Check(), StuckInL2Check(),

    EmulationFailedCheck(), L1InvalidStateEmulationCheck(), EmulationLivelockCheck(),
    StuckVCPUCheck(), ImmediateExitLoopCheck(), WindowStormCheck(), ExitRateCheck(),
    ReinjectionStormCheck(), TerminalExitCheck(), StoppedInL2Check(),

    SlowExitCheck(), HaltPollWasteCheck(), ExitMultiplicationCheck(), PreemptedInGuestCheck(),
  ]

  /// What they mean, in the same order.
  public static let all: [CheckDescription] = checks.map(\.about)

  /// The check with an id; nil when there is none.
  public static func description(of id: String) -> CheckDescription? {
    all.first { $0.id == id }
  }
}
