/// What must follow what, on each vCPU by itself.
///
///     after ─▶ then ─▶ … ─▶ require     the way that is good
///       │        │           │
///       │        └ unless    ├ before, within, never: the rule does not hold
///       └ unless             └ until: nobody asks any more
public struct SequenceRule: Sendable {
  /// One event on the way.
  public struct Step: Sendable {
    /// One of these.
    public var patterns: [EventPattern]
    /// An event of these before it breaks the chain.
    public var unless: [EventPattern] = []
    /// The step must follow the one before it within this time, in nanoseconds; nil: whenever.
    public var within: UInt64?
    /// Fields whose values are kept under a name.
    public var bind: [Binding] = []
  }

  /// A value that is kept.
  public struct Binding: Sendable, Equatable {
    /// As `$name`.
    public var name: String
    /// The field.
    public var field: String
  }

  /// Whose events make one sequence.
  public enum Key: String, Sendable, CaseIterable {
    /// Those of one vCPU.
    case vcpu
    /// Those of one thread.
    case thread
    /// All.
    case trace
  }

  /// The way up to the obligation; at least one.
  public var steps: [Step]
  /// What must come; empty: nothing must.
  public var require: [EventPattern] = []
  /// What must not come before it.
  public var before: [EventPattern] = []
  /// The time in which it must come, in nanoseconds; nil: whenever.
  public var within: UInt64?
  /// What must not come at all, until one of the others does.
  public var never: [EventPattern] = []
  /// What ends the matter.
  public var until: [EventPattern] = []
  /// Whether what is required and has not come by the end of the trace (or of the vCPU) is missed.
  public var failsAtEnd = false
  /// Whose events make one sequence.
  public var key: Key = .vcpu

  /// The most names that the steps of one sequence may keep values under.
  public static let mostBindings = 4

  /// The names of values in the order in which they are kept.
  var bindings: [String] {
    var names: [String] = []
    for binding in steps.flatMap(\.bind) where !names.contains(binding.name) {
      names.append(binding.name)
    }
    return names
  }
}
