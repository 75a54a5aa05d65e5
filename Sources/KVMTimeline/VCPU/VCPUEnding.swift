public import KVMEvents

/// How the events of a vCPU end, before anything is closed.
public struct VCPUEnding: Sendable {
  /// What ended it.
  public enum Cause: Sendable {
    /// The recording is over.
    case recording
    /// Its thread ended, or is another program now.
    case thread
    /// Another life of the vCPU began.
    case incarnation
  }

  /// What ended it.
  public let cause: Cause
  /// What the vCPU did last; `guest` where a kvm_entry stands last.
  public let state: VCPUState
  /// Whose code it was in; unknown where nothing proves it.
  public let level: GuestLevel
  /// The exit that it was busy with, or that was answered last; nil without one.
  public let exit: ExitCode?
  /// Whether no kvm_entry has answered that exit.
  public let exitIsOpen: Bool
  /// The last KVM_RUN ended in a way that the guest does not survive.
  public let endedForGood: Bool
  /// The last KVM_RUN failed with EIO.
  public let runsFail: Bool
  /// Instructions of L2 were being emulated without an exit.
  public let isInEpisode: Bool
  /// The exceptions that were injected just before.
  public let exceptions: ExceptionChain
}

extension VCPUTrack {
  /// How it ends now.
  func makeEnding(_ cause: VCPUEnding.Cause) -> VCPUEnding {
    VCPUEnding(
      cause: cause,
      state: hasEntry && visible == .host
        ? .guest : visible == .preempted && base == .userspace ? base : visible,
      level: survivingLevel,
      exit: hasReason ? exit.code : nil, exitIsOpen: exitIsOpen,
      endedForGood: watch.endedForGood, runsFail: watch.failedRuns.count > 0,
      isInEpisode: episode != nil,
      exceptions: watch.exceptions.current(afterEntries: counters.entries))
  }
}
