/// Median, best and worst of some samples, where less is better.
struct Spread: Codable {
  let median: Double
  let best: Double
  let worst: Double
  let runs: Int

  /// Of at least one value.
  init?(_ values: [Double]) {
    let sorted = values.sorted()
    guard let first = sorted.first, let last = sorted.last else { return nil }
    let middle = sorted.count / 2
    median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    best = first
    worst = last
    runs = sorted.count
  }
}
