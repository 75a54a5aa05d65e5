/// When sequences began that are at one point of their way: what began together is one entry, however many rules it is of.
///
/// Each list is of the rules of one word (a bit each). An entry's bits may be out of date: only those count that its owner
/// still has at that point, and a rule that has is in one entry of the list.
struct BegunLists {
  /// A sequence that has begun.
  struct Begun: BitwiseCopyable, Equatable {
    var begin: UInt64 = 0
    var last: UInt64 = 0
    var cpu: Int32 = 0
    var thread: Int32 = 0
  }

  private struct Entry: BitwiseCopyable {
    var bits: UInt64
    var begun: Begun
    /// The entry behind it; -1: none.
    var next: Int32
  }

  private var heads: [Int32] = []
  private var entries: [Entry] = []
  private var free: Int32 = -1

  /// Appends empty lists.
  mutating func addLists(_ count: Int) { heads.append(contentsOf: repeatElement(-1, count: count)) }

  /// Adds what begins now; `kept` are the rules of the list that stay as they are.
  @inline(__always)
  mutating func add(_ bits: UInt64, _ begun: Begun, to list: Int, keeping kept: UInt64) {
    let head = Int(heads[list])
    // Usually what was there has ended.
    if head >= 0, entries[head].next < 0, entries[head].bits & kept == 0 {
      entries[head].bits = bits
      entries[head].begun = begun
      return
    }
    addBehind(bits, begun, to: list, keeping: kept)
  }

  @inline(never)
  private mutating func addBehind(
    _ bits: UInt64, _ begun: Begun, to list: Int, keeping kept: UInt64
  ) {
    var last: Int32 = -1
    var at = heads[list]
    while at >= 0 {
      let place = Int(at)
      let next = entries[place].next
      entries[place].bits &= kept
      if entries[place].bits != 0 {
        last = at
      } else {
        if last < 0 { heads[list] = next } else { entries[Int(last)].next = next }
        entries[place].next = free
        free = at
      }
      at = next
    }
    let first = heads[list]
    if first >= 0, entries[Int(first)].begun == begun {
      entries[Int(first)].bits |= bits
      return
    }
    let new = Entry(bits: bits, begun: begun, next: first)
    if free >= 0 {
      heads[list] = free
      free = entries[Int(free)].next
      entries[Int(heads[list])] = new
    } else {
      heads[list] = Int32(entries.count)
      entries.append(new)
    }
  }

  /// When the sequence of a rule began that is in the list.
  func begun(_ bit: UInt64, in list: Int) -> Begun {
    var at = heads[list]
    while at >= 0 {
      if entries[Int(at)].bits & bit != 0 { return entries[Int(at)].begun }
      at = entries[Int(at)].next
    }
    preconditionFailure("a rule is where no sequence of it began")
  }

  /// One entry after the other that some rules are in, with those of them that are.
  func next(_ bits: UInt64, in list: Int, _ at: inout Int32?) -> (bits: UInt64, begun: Begun)? {
    var place = at ?? heads[list]
    while place >= 0 {
      let entry = entries[Int(place)]
      place = entry.next
      if entry.bits & bits != 0 {
        at = place
        return (entry.bits & bits, entry.begun)
      }
    }
    at = -1
    return nil
  }
}
