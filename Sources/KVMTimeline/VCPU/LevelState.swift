/// Where a vCPU's level machine stands.
///
/// Every event takes every state to one of these: `docs/level-machine.md` has the whole table, and a
/// test holds it.
public enum LevelState: String, Sendable, CaseIterable {
  /// Nothing is known: the trace begins, or events were lost.
  case unknown
  /// L1 runs.
  case l1 = "L1"
  /// L1 executed VMLAUNCH, VMRESUME or VMRUN, and nothing said yet how it went.
  case l1Entering = "L1, entering L2"
  /// kvm_entry went to another address, and no event said that this is L2: it may be.
  case l2Inferred = "L2, inferred"
  /// L2 was entered, or SMM went back to it, and it has not been seen to exit yet.
  case l2Entered = "L2, entered"
  /// L2 runs.
  case l2 = "L2"
  /// L2 ran, and the VMM has had the vCPU since: it may have moved it.
  case l2AfterVMM = "L2, after the VMM"
  /// SMM, entered from L1.
  case smmFromL1 = "SMM from L1"
  /// SMM, entered from L2.
  case smmFromL2 = "SMM from L2"
  /// SMM; nobody knows what it returns to.
  case smm = "SMM"
}

extension VCPUTrack {
  /// Where the level machine stands.
  public var levelState: LevelState {
    if isSMM {
      switch levelBeforeSMM {
      case .l1: return .smmFromL1
      case .l2: return .smmFromL2
      case .unknown: return .smm
      }
    }
    switch level {
    case .unknown: return .unknown
    case .l1: return nestedEntryIsAsked ? .l1Entering : .l1
    case .l2:
      if nestedEntryIsOpen { return candidateIsInferred ? .l2Inferred : .l2Entered }
      return levelIsProved ? .l2 : .l2AfterVMM
    }
  }
}
