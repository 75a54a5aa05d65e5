public import KVMEvents
internal import TraceBytes

/// What the numbers of a log's events stand for.
///
///     1 …  the understood events, once for each set of fields that a wording gives
///     …    others, by order of appearance; the last one stands for all that are left
public final class TextDeclarations {
  /// One number: an event with the fields that a wording gives.
  public struct Declaration: Sendable {
    /// The subsystem; empty where the log does not tell it and no schema knows it.
    public var system: String
    /// The name without its system; empty while no event has the number.
    public var name: String
    /// What the event means; `other` when it is not interpreted.
    public var kind: EventKind
    /// The fields by slot; empty for `other`.
    public var fields: [(slot: Int, name: String)]
  }

  /// By number; 0 is no event.
  public internal(set) var list: [Declaration] = [
    Declaration(system: "", name: "", kind: .other, fields: [])
  ]
}

/// Finds the number of an event by the name that a line gives.
///
/// The events that kvmscope understands are there from the beginning, each once for every set of
/// fields that its wordings give (``TextVariants``). All others get a number when they are first
/// seen, as far as there are any left.
struct TextEventTable {
  /// What the reader of a line needs of its event; everything in it is trivial to copy.
  struct Entry {
    let kind: EventKind
    /// Of its words, in `keys`.
    let keys: Range<Int>
    /// The first letters of its words (``TextKey/letter(_:)``).
    let letters: UInt32
    /// All its fields, one bit per slot.
    let slots: UInt8
    /// Where its numbers by the set of fields that a line gives begin in `numbers`.
    let numbers: Int
    /// The number of lines that cannot be understood, or of an event that is not interpreted.
    let otherNumber: UInt16
  }

  /// The most events that are not interpreted.
  private static let mostOthers = 1024
  private static let slotCount = 4096

  /// What the numbers stand for: shared, so that names seen late are known everywhere.
  let declarations = TextDeclarations()
  private(set) var entries: [Entry] = []
  /// The words of all events, one event after the other.
  private(set) var keys: [TextKey] = []
  /// The numbers of all events by set of fields, 256 for each; 0 where too little is given.
  private(set) var numbers: [UInt16] = []
  private var slots: [Slot]
  /// By slot: names that are longer than a slot's words.
  private var longNames: [Int: [UInt8]] = [:]
  private let firstOther: Int
  private var nextOther: Int

  /// An event's name and its entry; `entry` is -1 where there is none.
  private struct Slot {
    /// The name's first bytes.
    var words: TextNameWords
    var count: Int32 = 0
    var entry: Int32 = -1
  }

  init() {
    slots = Array(repeating: Slot(words: TextNameWords()), count: Self.slotCount)
    var understood: [String] = []
    for schema in EventSchema.all {
      for name in schema.names {
        let first = declarations.list.count
        let sets = TextVariants.sets(of: schema)
        for set in sets {
          let fields = schema.fields.enumerated().filter { set & (1 << UInt8($0.offset)) != 0 }
            .map { (slot: $0.offset, name: $0.element.first ?? "") }
          declarations.list.append(
            TextDeclarations.Declaration(
              system: schema.system, name: name, kind: schema.kind, fields: fields))
        }
        declarations.list.append(
          TextDeclarations.Declaration(
            system: schema.system, name: name, kind: .other, fields: []))
        let words = TextKey.keys(of: schema)
        entries.append(
          Entry(
            kind: schema.kind, keys: keys.count..<keys.count + words.count,
            letters: TextKey.letters(of: words), slots: sets[0], numbers: numbers.count,
            otherNumber: UInt16(first + sets.count)))
        keys += words
        numbers += TextVariants.numbers(sets, first: first, schema)
        understood.append(name)
      }
    }
    firstOther = declarations.list.count
    nextOther = firstOther
    declarations.list += Array(
      repeating: TextDeclarations.Declaration(system: "", name: "", kind: .other, fields: []),
      count: Self.mostOthers)
    for (entry, name) in understood.enumerated() { insert(Array(name.utf8), entry: entry) }
  }

  /// The entry of an event's name; nil for a name that was not seen before.
  @inline(__always)
  func entry(_ bytes: RawSpan, _ name: Range<Int>) -> Int? {
    let words = TextNameWords(bytes, name)
    let count = Int32(truncatingIfNeeded: name.count)
    var at = words.hash & (Self.slotCount - 1)
    while true {
      let slot = slots[at]
      if slot.entry < 0 { return nil }
      if slot.words == words, slot.count == count,
        count <= TextNameWords.byteCount || isLongName(at, bytes, name)
      {
        return Int(slot.entry)
      }
      at = (at &+ 1) & (Self.slotCount - 1)
    }
  }

  @inline(never)
  private func isLongName(_ slot: Int, _ bytes: RawSpan, _ name: Range<Int>) -> Bool {
    guard let known = longNames[slot], known.count == name.count else { return false }
    for (at, byte) in known.enumerated() where bytes.u8(at: name.lowerBound + at) != byte {
      return false
    }
    return true
  }

  private mutating func insert(_ name: [UInt8], entry: Int) {
    // Readable behind its end, as lines are.
    let padded = name + [UInt8](repeating: 0, count: 32)
    let words = TextNameWords(padded.rawBytes, 0..<name.count)
    var at = words.hash & (Self.slotCount - 1)
    while slots[at].entry >= 0 { at = (at + 1) & (Self.slotCount - 1) }
    slots[at] = Slot(words: words, count: Int32(name.count), entry: Int32(entry))
    if name.count > TextNameWords.byteCount { longNames[at] = name }
  }

  /// Gives a name that was not seen before a number; all that come too late share one.
  @inline(never)
  mutating func add(_ bytes: RawSpan, _ name: Range<Int>, system: Range<Int>) -> Int {
    let isLast = nextOther == firstOther + Self.mostOthers - 1
    if isLast, !declarations.list[nextOther].name.isEmpty { return entries.count - 1 }
    let text = isLast ? "(others)" : bytes.text(name)
    declarations.list[nextOther].name = text
    declarations.list[nextOther].system =
      system.isEmpty ? Self.system(of: text) : bytes.text(system)
    entries.append(
      Entry(
        kind: .other, keys: 0..<0, letters: 0, slots: 0, numbers: 0, otherNumber: UInt16(nextOther))
    )
    if !isLast {
      insert(bytes.array(name), entry: entries.count - 1)
      nextOther += 1
    }
    return entries.count - 1
  }

  /// What the names of the kernel's events tell of their system.
  private static func system(of name: String) -> String {
    if name.hasPrefix("kvm_") || name == "vcpu_match_mmio" { return "kvm" }
    if name.hasPrefix("sched_") { return "sched" }
    return ""
  }
}
