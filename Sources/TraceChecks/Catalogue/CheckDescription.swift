/// What a check of the catalogue means, in words: the facts behind `explain`.
public struct CheckDescription: Sendable {
  /// The stable id.
  public let id: String
  /// How bad a finding of it is, as a rule.
  public let severity: Severity
  /// When a finding has another severity; nil when it never has.
  public let severityNote: String?
  /// The meaning in one line, without a full stop.
  public let title: String
  /// The meaning in paragraphs.
  public let meaning: [String]
  /// What it looks like in a trace: lines of events with remarks.
  public let pattern: [String]
  /// The kernel commits that matter, oldest first.
  public let commits: [KernelCommit]
  /// What to do, step by step.
  public let advice: [String]

  init(
    id: String, severity: Severity, severityNote: String? = nil, title: String, meaning: [String],
    pattern: [String], commits: [KernelCommit] = [], advice: [String]
  ) {
    self.id = id
    self.severity = severity
    self.severityNote = severityNote
    self.title = title
    self.meaning = meaning
    self.pattern = pattern
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
