/// All checks that kvmscope knows.
public enum CheckCatalogue {
  /// In the order of the documentation: what the project exists for, then the trace itself.
  public static let all: [CheckDescription] = [
    .l2Emulation, .missingTripleFault, .synthesizedTripleFault, .l2TripleFault, .tripleFaultEscaped,
    .invalidL2Refused,
    .lostEvents, .missingEvents, .unknownThread, .clockBackwards, .damaged,
  ]

  /// The check with an id; nil when there is none.
  public static func description(of id: String) -> CheckDescription? {
    all.first { $0.id == id }
  }
}
