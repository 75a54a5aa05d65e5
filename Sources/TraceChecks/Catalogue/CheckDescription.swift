/// The chapters of the catalogue.
public enum CheckGroup: String, Sendable, CaseIterable {
  /// What the project exists for.
  case core = "Core"
  /// What L0 owes L1 and L2.
  case nested = "Nested correctness"
  /// KVM's emulator; guests that get nowhere.
  case emulation = "Emulation, loops, storms"
  /// What things cost.
  case time = "Time"
  /// The recording.
  case trace = "The trace itself"
}

/// What a check of the catalogue means, in words: the facts behind `explain`.
public struct CheckDescription: Sendable {
  /// The stable id.
  public let id: String
  /// The chapter that it stands in.
  public let group: CheckGroup
  /// How bad a finding of it is, as a rule.
  public let severity: Severity
  /// When a finding has another severity; nil when it never has.
  public let severityNote: String?
  /// Whether it speaks unless the user turns it off.
  public let isOnByDefault: Bool
  /// The meaning in one line, without a full stop.
  public let title: String
  /// The meaning in paragraphs.
  public let meaning: [String]
  /// What it looks like in a trace: lines of events with remarks.
  public let pattern: [String]
  /// What keeps it silent, and where it is not judged.
  public let guards: [String]
  /// The numbers that the user can set.
  public let options: [CheckOption]
  /// The kernel commits that matter, oldest first.
  public let commits: [KernelCommit]
  /// What to do, step by step.
  public let advice: [String]

  init(
    id: String, group: CheckGroup = .core, severity: Severity, severityNote: String? = nil,
    isOnByDefault: Bool = true, title: String, meaning: [String], pattern: [String],
    guards: [String] = [], options: [CheckOption] = [], commits: [KernelCommit] = [],
    advice: [String]
  ) {
    self.id = id
    self.group = group
    self.severity = severity
    self.severityNote = severityNote
    self.isOnByDefault = isOnByDefault
    self.title = title
    self.meaning = meaning
    self.pattern = pattern
    self.guards = guards
    self.options = options
    self.commits = commits
    self.advice = advice
  }
}

/// A commit of the Linux kernel.
public struct KernelCommit: Sendable, Equatable {
  /// The abbreviated hash, as the upstream repository has it.
  public let hash: String
  /// What it did, in a few words.
  public let summary: String

  init(_ hash: String, _ summary: String) {
    self.hash = hash
    self.summary = summary
  }
}
