/// Which events a step of a rule means: names, and a condition on their fields.
///
///     kvm_exit: exit_reason == EPT_VIOLATION && guest_rip > 0x1000
///     kvm/kvm_nested_.*, sched_switch
///
/// Source of the grammar: trace-cmd-report(1), `-F`, and libtraceevent's filter functions.
public struct EventPattern: Sendable, Equatable {
  /// A system and a name, each a regular expression for the whole of it.
  public struct Name: Sendable, Equatable {
    /// nil: the name alone counts, or is that of a system.
    public var system: RegularExpression?
    /// The event, or a system whose events are all meant.
    public var event: RegularExpression

    /// Whether an event is meant.
    public func matches(system: String, event: String) -> Bool {
      guard let wanted = self.system else {
        return self.event.matches(event.utf8, isWhole: true)
          || self.event.matches(system.utf8, isWhole: true)
      }
      return wanted.matches(system.utf8, isWhole: true)
        && self.event.matches(event.utf8, isWhole: true)
    }

    /// The name, where it is one and no expression.
    public var plain: String? {
      let isPlain = event.source.utf8.allSatisfy { byte in
        byte == UInt8(ascii: "_") || Character(UnicodeScalar(byte)).isLetter
          || Character(UnicodeScalar(byte)).isNumber
      }
      return isPlain ? event.source : nil
    }
  }

  /// One of these.
  public var names: [Name]
  /// nil: every one of them.
  public var filter: FilterExpression?
  /// As it was written.
  public var source: String
  /// Whether the rule stands without these events where a trace did not record them.
  public var isOptional = false
}
