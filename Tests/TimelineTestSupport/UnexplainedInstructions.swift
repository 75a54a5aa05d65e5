internal import KVMEvents

/// The rule of the recordings, said once more and as plainly as can be: a kvm_emulate_insn of a vCPU in L2 without a
/// kvm_exit since its last kvm_entry, kvm_emulate_insn or kvm_userspace_exit.
///
/// It knows nothing of resets, losses or several vCPUs in a thread: good for the recordings with the bug.
public struct UnexplainedInstructions {
  private struct Thread {
    var isInL2 = false
    var wasInL2 = false
    var isExplained = false
  }

  /// The times of the instructions, by thread.
  public private(set) var byThread: [Int32: [UInt64]] = [:]

  /// Applies it to a log.
  public init(_ log: EventLog) {
    var threads: [Int32: Thread] = [:]
    for entry in log.entries {
      var thread = threads[entry.thread] ?? Thread()
      switch entry.event.kind {
      case .exit: thread.isExplained = true
      case .entry, .userspaceExit: thread.isExplained = false
      case .nestedExit, .nestedEntry: thread.isInL2 = true
      case .nestedExitInject, .nestedEntryFailed: thread.isInL2 = false
      case .smmTransition:
        if entry.event.integer(SMMField.entering) != 0 {
          thread.wasInL2 = thread.isInL2
          thread.isInL2 = false
        } else {
          thread.isInL2 = thread.wasInL2
        }
      case .emulateInstruction:
        if thread.isInL2 && !thread.isExplained && entry.event.integer(EmulateField.failed) == 0 {
          byThread[entry.thread, default: []].append(entry.time)
        }
        thread.isExplained = false
      default: break
      }
      threads[entry.thread] = thread
    }
  }
}
