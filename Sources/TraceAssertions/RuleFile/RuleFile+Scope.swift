import KVMEvents
import KVMTimeline
import TraceChecks
import Yams

/// The part of a trace that a rule speaks of.
extension RuleFile {
  /// All keys that `where` can have.
  static let scopeKeys = [
    "vm", "vcpu", "tid", "level", "reason", "isa", "state", "begin", "end", "between",
  ]

  private enum Level: String, CaseIterable {
    case l1 = "L1"
    case l2 = "L2"
  }

  private enum Hardware: String, CaseIterable {
    case vmx, svm
  }

  private enum State: String, CaseIterable {
    case guest, host, userspace, halted, polling, preempted, blocked, lost, unknown
  }

  /// Reads `where`.
  mutating func scope(_ node: Node) -> RuleScope {
    var scope = RuleScope()
    guard let members = document.members(node, of: "where", Self.scopeKeys) else { return scope }
    scope.vms = members["vm"].flatMap { numbers($0.value) }
    scope.vcpus = members["vcpu"].flatMap { numbers($0.value) }
    scope.threads = members["tid"].flatMap { numbers($0.value) }
    switch document.word(members["level"]?.value, Level.self) {
    case .l1: scope.level = .l1
    case .l2: scope.level = .l2
    case nil: break
    }
    switch document.word(members["isa"]?.value, Hardware.self) {
    case .vmx: scope.isa = .vmx
    case .svm: scope.isa = .svm
    case nil: break
    }
    if let reason = members["reason"]?.value { scope.reasons = reasons(reason) }
    if let states = members["state"]?.value {
      let names = document.elements(states).compactMap { document.word($0, State.self)?.rawValue }
      scope.states = Set(VCPUState.allCases.filter { names.contains($0.name) })
    }
    scope.begin = members["begin"].flatMap { moment($0.value) }
    scope.end = members["end"].flatMap { moment($0.value) }
    if let begin = scope.begin, let end = scope.end, end.nanoseconds < begin.nanoseconds,
      let node = members["end"]?.value
    {
      document.add(node, "an end before the begin", "a later time")
    }
    if let between = members["between"]?.value {
      let nodes = document.elements(between)
      if nodes.count != 2 {
        document.add(between, "\(nodes.count) patterns", "two: where it begins, and where it ends")
      } else {
        scope.between = nodes.flatMap { patterns($0, PatternCheck()) }
        if scope.between.count != 2 { scope.between = [] }
      }
    }
    return scope
  }

  private mutating func reasons(_ node: Node) -> [String] {
    document.elements(node).compactMap { node in
      guard let name = document.text(node, "an exit reason") else { return nil }
      guard !ExitReasonTable.codes(named: name).isEmpty else {
        document.add(
          node, "'\(name)'", ReasonField.exit.expected,
          Spelling.question(for: name, among: ReasonField.exit.names))
        return nil
      }
      return name
    }
  }

  /// `0`, `[0, 2]` or `0,2-4`.
  private mutating func numbers(_ node: Node) -> Set<Int32>? {
    var numbers: Set<Int32> = []
    for node in document.elements(node) {
      guard let text = document.text(node, "a number") else { return nil }
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        let bounds = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
          .map { Int32($0.filter { $0 != " " }) }
        guard let first = bounds[0], let last = bounds[bounds.count - 1], first <= last, first >= 0,
          Int(last) - Int(first) < 65_536
        else {
          document.add(node, "'\(text)'", "numbers, such as 0 or 0,2-4")
          return nil
        }
        numbers.formUnion(first...last)
      }
    }
    return numbers
  }

  /// Seconds of the trace clock, `104.5`.
  private mutating func moment(_ node: Node) -> RuleScope.Moment? {
    guard let text = document.text(node, "seconds of the trace clock, such as 104.5") else {
      return nil
    }
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let fraction = parts.count == 2 ? parts[1] : ""
    guard let whole = UInt64(parts[0]), fraction.utf8.count <= 9,
      let rest = UInt64(fraction + String(repeating: "0", count: 9 - fraction.utf8.count))
    else {
      document.add(node, "'\(text)'", "seconds of the trace clock, such as 104.5")
      return nil
    }
    let (product, overflows) = whole.multipliedReportingOverflow(by: 1_000_000_000)
    return RuleScope.Moment(nanoseconds: overflows ? .max : product &+ rest, ticks: whole)
  }
}
