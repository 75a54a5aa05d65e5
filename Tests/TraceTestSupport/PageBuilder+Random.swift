public import TraceBytes

extension PageBuilder {
  /// A sub-buffer as a kernel might have written it, with all kinds of records, filled to a random
  /// degree.
  public static func random(
    timestamp: UInt64, pageSize: Int = 4096, longSize: Int = 8, order: ByteOrder = .little,
    using generator: inout SeededGenerator
  ) -> PageBuilder {
    var page = PageBuilder(
      timestamp: timestamp, pageSize: pageSize, longSize: longSize, order: order)
    // Keep room for a lost count, if there is to be one.
    let isLossy = Int.random(in: 0..<4, using: &generator) == 0
    let reserve = Int.random(in: 0...pageSize / 3, using: &generator) + (isLossy ? longSize : 0)
    while page.room - reserve > 16 {
      page.addRandom(room: page.room - reserve, using: &generator)
    }
    if isLossy { page.lost = UInt64.random(in: 0...5000, using: &generator) }
    // As new kernels extend bit 31.
    if isLossy && longSize == 8 && Bool.random(using: &generator) {
      page.commitBits = 0xffff_ffff_0000_0000
    }
    return page
  }

  /// Adds something of at most `room` bytes; `room` is more than 16.
  private mutating func addRandom(room: Int, using generator: inout SeededGenerator) {
    let delta = UInt32.random(in: 0..<1 << 27, using: &generator)
    switch Int.random(in: 0..<20, using: &generator) {
    case 0:
      timeExtend(by: UInt64.random(in: 0..<1 << 40, using: &generator))
    case 1:
      let later = now &+ UInt64.random(in: 0..<1 << 30, using: &generator)
      if later >> 59 == now >> 59 { timeStamp(later) }
    case 2:
      let words = Int.random(in: 0...min((room - 8) / 4, 20), using: &generator)
      discarded(delta: delta | 1, words: words)
    case 3, 4:
      // Lengths that are no whole words are for tests of their own: kernels write none.
      let words = Int.random(in: 0...min((room - 8) / 4, 300), using: &generator)
      longRecord(delta: delta, generator.bytes(words * 4))
    default:
      let words = Int.random(in: 1...min((room - 4) / 4, 28), using: &generator)
      record(delta: delta, generator.bytes(words * 4))
    }
  }
}
