import ArgumentParser

/// Numbers as the user lists them: `0,2-4`.
struct NumberList: ExpressibleByArgument, Equatable {
  /// Nobody means more than this; a range could fill the memory otherwise.
  private static let mostNumbers = 65_536

  /// The numbers; at least one, none below zero.
  let numbers: Set<Int32>

  init?(argument: String) {
    var numbers: Set<Int32> = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let bounds = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        .map { text in text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int32(text) : nil }
      guard let first = bounds[0], let last = bounds[bounds.count - 1], first <= last,
        Int(last) - Int(first) + numbers.count < Self.mostNumbers
      else { return nil }
      numbers.formUnion(first...last)
    }
    self.numbers = numbers
  }
}
