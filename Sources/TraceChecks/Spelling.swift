/// Guesses what a misspelt name was meant to be.
public enum Spelling {
  /// The candidate that a word is most likely meant to be; nil when none is near.
  ///
  /// Near is one letter wrong, missing, too many or swapped with its neighbour for every three letters. Of candidates
  /// that are equally near, the first.
  public static func suggestion(for word: String, among candidates: some Sequence<String>)
    -> String?
  {
    let word = Array(word.lowercased().utf8.prefix(mostLetters))
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let letters = Array(candidate.lowercased().utf8.prefix(mostLetters))
      let distance = distance(word, letters)
      let limit = max(1, max(word.count, letters.count) / 3)
      guard distance <= limit, distance < best?.distance ?? .max else { continue }
      best = (candidate, distance)
    }
    return best?.name
  }

  /// ` Did you mean 'NAME'?`, with a space before it; empty when there is no suggestion.
  public static func question(for word: String, among candidates: some Sequence<String>) -> String {
    suggestion(for: word, among: candidates).map { " Did you mean '\($0)'?" } ?? ""
  }

  /// `. Did you mean 'NAME'?`, to be put behind a sentence; empty when there is no suggestion.
  public static func sentence(for word: String, among candidates: some Sequence<String>) -> String {
    let question = question(for: word, among: candidates)
    return question.isEmpty ? "" : "." + question
  }

  /// No name is longer; the work grows with the square.
  private static let mostLetters = 64

  /// The optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours.
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var last: [Int] = []
    var row = Array(0...b.count)
    for i in 0..<a.count {
      var next = [i + 1]
      for j in 0..<b.count {
        var least = min(row[j] + (a[i] == b[j] ? 0 : 1), row[j + 1] + 1, next[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, last[j - 1] + 1) }
        next.append(least)
      }
      last = row
      row = next
    }
    return row[b.count]
  }
}
