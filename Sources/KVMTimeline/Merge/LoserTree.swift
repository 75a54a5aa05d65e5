/// Finds the earliest of many streams with one comparison per level.
///
/// Every inner node keeps the loser of the match below it; the winner of all is beside the tree.
/// When the winner's time changes, only the matches on its way up are played again.
struct LoserTree {
  private struct Player {
    var time: UInt64
    var stream: Int32

    @inline(__always)
    func isBefore(_ other: Player) -> Bool {
      time < other.time || (time == other.time && stream < other.stream)
    }
  }

  /// `losers[1...]`: the loser of each match.
  ///
  /// A power of two of leaves.
  private var losers: [Player]
  private var best: Player
  private let leaves: Int

  /// Plays all matches.
  init(count: Int, time: (Int) -> UInt64) {
    var leaves = 2
    while leaves < count { leaves *= 2 }
    self.leaves = leaves
    var winners = [Player](repeating: Player(time: .max, stream: .max), count: leaves * 2)
    for at in 0..<count { winners[leaves + at] = Player(time: time(at), stream: Int32(at)) }
    losers = [Player](repeating: Player(time: .max, stream: .max), count: leaves)
    for node in stride(from: leaves - 1, through: 1, by: -1) {
      let (left, right) = (winners[2 * node], winners[2 * node + 1])
      let leftWins = !right.isBefore(left)
      winners[node] = leftWins ? left : right
      losers[node] = leftWins ? right : left
    }
    best = winners[1]
  }

  /// The earliest stream.
  @inline(__always)
  var winner: Int { Int(best.stream) }

  /// Until when the winner may go on before another stream is due.
  @inline(__always)
  var due: UInt64 {
    var due = UInt64.max
    var node = (leaves + Int(best.stream)) / 2
    while node >= 1 {
      let other = losers[node]
      // At the same time the lower stream goes first.
      let limit = other.stream < best.stream && other.time > 0 ? other.time - 1 : other.time
      due = min(due, limit)
      node /= 2
    }
    return due
  }

  /// Gives the winner its next time and finds the new winner.
  @inline(__always)
  mutating func replace(with time: UInt64) {
    best.time = time
    var node = (leaves + Int(best.stream)) / 2
    while node >= 1 {
      if losers[node].isBefore(best) { swap(&losers[node], &best) }
      node /= 2
    }
  }
}
