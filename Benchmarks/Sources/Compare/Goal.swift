/// One cell of the table of goals, judged.
struct Goal: Codable {
  enum Verdict: String, Codable {
    case met
    case notMet = "not met"
    case notMeasured = "not measured"
    /// Of a smoke test.
    case notJudged = "not judged"
  }

  let input: String
  let what: String
  let goal: String
  var value: String?
  var verdict: Verdict
  /// Why it was not measured, and what else there is to know.
  var note: String?

  /// Not measured.
  init(_ input: String, _ what: String, _ goal: String, missing why: String) {
    (self.input, self.what, self.goal) = (input, what, goal)
    verdict = .notMeasured
    note = why
  }

  /// Measured.
  init(_ input: String, _ what: String, _ goal: String, _ value: String, isMet: Bool) {
    (self.input, self.what, self.goal, self.value) = (input, what, goal, value)
    verdict = isMet ? .met : .notMet
  }
}

/// A bound on a ratio, a time or a size.
enum Bound {
  case atMost(Double)
  case atLeast(Double)

  func holds(_ value: Double) -> Bool {
    switch self {
    case .atMost(let bound): value <= bound
    case .atLeast(let bound): value >= bound
    }
  }

  /// `≤ 1.30 ×`.
  func text(_ unit: String) -> String {
    switch self {
    case .atMost(let bound): "≤ \(bound.short) \(unit)"
    case .atLeast(let bound): "≥ \(bound.short) \(unit)"
    }
  }
}

extension Double {
  /// With two places, or none where it is large.
  var short: String {
    let isLarge = magnitude >= 100
    let scale: Double = isLarge ? 1 : 100
    let rounded = (self * scale).rounded() / scale
    guard !isLarge, rounded != rounded.rounded() else { return String(Int(rounded)) }
    return String(rounded)
  }
}
