/// What is so or not so of a vCPU, as far as frequent events ask for it, in one word: the rare rest are properties of the
/// track, for the word is full.
///
/// An event asks with one comparison whether everything is as it nearly always is; only when it is not, it looks at
/// one thing after the other.
struct VCPUFlags: OptionSet, Sendable, BitwiseCopyable {
  let rawValue: UInt32

  // What surrounds it.

  /// All that happens is counted, and nobody wants intervals: what a summary is made of.
  static let countsAll = VCPUFlags(rawValue: 1 << 0)
  /// The instruction set is known.
  static let knowsISA = VCPUFlags(rawValue: 1 << 1)

  // The open interval.

  /// `base` and `visible` are `host`.
  static let isInHost = VCPUFlags(rawValue: 1 << 2)
  static let hasEntry = VCPUFlags(rawValue: 1 << 3)
  static let hasGuestStretch = VCPUFlags(rawValue: 1 << 4)
  static let holdsForWakeup = VCPUFlags(rawValue: 1 << 5)

  // The level.

  static let levelIsProved = VCPUFlags(rawValue: 1 << 6)
  static let isSMM = VCPUFlags(rawValue: 1 << 7)
  static let nestedEntryIsOpen = VCPUFlags(rawValue: 1 << 8)
  static let nestedEntryIsAsked = VCPUFlags(rawValue: 1 << 9)
  static let candidateIsInferred = VCPUFlags(rawValue: 1 << 10)
  static let injectWasUnasked = VCPUFlags(rawValue: 1 << 11)

  // The exit.

  static let exitIsOpen = VCPUFlags(rawValue: 1 << 12)
  static let exitAwaitsTwin = VCPUFlags(rawValue: 1 << 13)
  static let exitIsReflected = VCPUFlags(rawValue: 1 << 14)
  static let exitWasInterrupted = VCPUFlags(rawValue: 1 << 15)
  static let hasReason = VCPUFlags(rawValue: 1 << 16)

  // The run, emulation.

  static let isInRun = VCPUFlags(rawValue: 1 << 17)
  static let enteredSinceRun = VCPUFlags(rawValue: 1 << 18)
  static let emulatedSinceRun = VCPUFlags(rawValue: 1 << 19)
  static let refusalIsReported = VCPUFlags(rawValue: 1 << 20)
  static let emulationIsExplained = VCPUFlags(rawValue: 1 << 21)
  static let exitMayBeLost = VCPUFlags(rawValue: 1 << 22)
  static let sawExceptionActivity = VCPUFlags(rawValue: 1 << 23)
  static let sawUserspaceSinceGuest = VCPUFlags(rawValue: 1 << 24)

  // What is watched.

  static let keepsExit = VCPUFlags(rawValue: 1 << 25)
  static let userspaceSinceExit = VCPUFlags(rawValue: 1 << 26)
  static let smmSinceExit = VCPUFlags(rawValue: 1 << 27)
  static let lastL1ExitEnters = VCPUFlags(rawValue: 1 << 28)
  static let isBackFromSMM = VCPUFlags(rawValue: 1 << 29)
  static let interruptWaits = VCPUFlags(rawValue: 1 << 30)
  /// Two exits in a row, or more, had one reason at one address.
  static let exitRepeats = VCPUFlags(rawValue: 1 << 31)

  /// Whether of the flags in `mask` just those in `expected` are set.
  @inline(__always)
  func has(just expected: VCPUFlags, of mask: VCPUFlags) -> Bool {
    rawValue & mask.rawValue == expected.rawValue
  }

  @inline(__always)
  mutating func change(set new: VCPUFlags, clear old: VCPUFlags) {
    self = VCPUFlags(rawValue: rawValue & ~old.rawValue | new.rawValue)
  }

  @inline(__always)
  subscript(flag: VCPUFlags) -> Bool {
    get { rawValue & flag.rawValue != 0 }
    set {
      self = VCPUFlags(rawValue: newValue ? rawValue | flag.rawValue : rawValue & ~flag.rawValue)
    }
  }
}

/// What is usual.
extension VCPUFlags {
  /// All that a kvm_entry must know.
  static var lookedAtByEntry: VCPUFlags {
    [
      .countsAll, .isInHost, .levelIsProved, .exitAwaitsTwin, .hasEntry, .nestedEntryIsAsked,
      .holdsForWakeup,
      .exitRepeats,
    ]
  }
  /// A kvm_entry answers an exit that is known to be L1's or L2's, or begins the run of a vCPU whose level is known.
  static var usualAtEntry: VCPUFlags { [.countsAll, .isInHost, .levelIsProved] }

  /// All that a kvm_exit must know.
  static var lookedAtByExit: VCPUFlags {
    [.countsAll, .isInHost, .hasEntry, .knowsISA, .exitIsOpen, .exitAwaitsTwin]
  }
  /// A kvm_exit follows a kvm_entry.
  static var usualAtExit: VCPUFlags { [.countsAll, .isInHost, .hasEntry, .knowsISA] }

  /// All that an interval must know.
  static var lookedAtByInterval: VCPUFlags { [.countsAll, .levelIsProved, .holdsForWakeup] }
  /// Nothing more will be known of it.
  static var usualForInterval: VCPUFlags { [.countsAll, .levelIsProved] }

  /// The vCPU is inside KVM_RUN, and no entry or exit waits for what comes next.
  @inline(__always)
  var isQuietInHost: Bool { has(just: .isInHost, of: [.isInHost, .exitAwaitsTwin, .hasEntry]) }
}
