/// How many findings there were, and how bad: what is left of findings when summaries are saved and added up.
public struct FindingCounts: Sendable, Equatable {
  /// Those of one check.
  public struct OfCheck: Sendable, Equatable {
    /// How many.
    public var count: UInt64
    /// How bad the worst of them is.
    public var worst: Severity

    /// Counts findings of one check.
    public init(count: UInt64, worst: Severity) {
      self.count = count
      self.worst = worst
    }
  }

  /// By the id of their check; never zero.
  public private(set) var byCheck: [String: OfCheck]
  /// By their severity.
  public private(set) var bySeverity: [Severity: UInt64]

  /// Describes findings that were counted elsewhere.
  public init(byCheck: [String: OfCheck] = [:], bySeverity: [Severity: UInt64] = [:]) {
    self.byCheck = byCheck.filter { $0.value.count > 0 }
    self.bySeverity = bySeverity
  }

  /// Counts findings.
  public init(_ findings: [Finding]) {
    self.init()
    for finding in findings {
      add(OfCheck(count: 1, worst: finding.severity), to: finding.check)
      bySeverity[finding.severity, default: 0] += 1
    }
  }

  /// Adds others.
  public mutating func add(_ other: FindingCounts) {
    for (check, counts) in other.byCheck { add(counts, to: check) }
    bySeverity.merge(other.bySeverity) { $0.addingSaturated($1) }
  }

  private mutating func add(_ counts: OfCheck, to check: String) {
    guard let known = byCheck[check] else { return byCheck[check] = counts }
    byCheck[check] = OfCheck(
      count: known.count.addingSaturated(counts.count), worst: max(known.worst, counts.worst))
  }

  /// By the catalogue's order, then by id.
  public var inOrder: [(check: String, counts: OfCheck)] {
    let order = CheckCatalogue.all.map(\.id)
    return byCheck.map { (check: $0.key, counts: $0.value) }.sorted { a, b in
      let x = order.firstIndex(of: a.check) ?? order.count
      let y = order.firstIndex(of: b.check) ?? order.count
      return (x, a.check) < (y, b.check)
    }
  }
}
