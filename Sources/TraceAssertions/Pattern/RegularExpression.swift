/// A regular expression as `regcomp` takes it (POSIX basic, with `\+`, `\?`, `\|` and `\(…\)` of GNU), ignoring case.
///
/// All states that a text can be in are followed at once: no text makes it slow.
public struct RegularExpression: Sendable, Equatable {
  private enum State: Sendable, Equatable {
    /// A byte of a set goes to the next state.
    case byte(ByteSet)
    case split(Int, Int)
    case jump(Int)
    case begin
    case end
    case accept
  }

  /// 256 bits.
  private struct ByteSet: Sendable, Equatable {
    var words: [UInt64] = [0, 0, 0, 0]

    mutating func insert(_ byte: UInt8) {
      words[Int(byte >> 6)] |= 1 << UInt64(byte & 63)
    }

    mutating func insertIgnoringCase(_ byte: UInt8) {
      insert(byte)
      if UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte { insert(byte - 32) }
      if UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte { insert(byte + 32) }
    }

    func contains(_ byte: UInt8) -> Bool { words[Int(byte >> 6)] >> UInt64(byte & 63) & 1 == 1 }

    var inverted: ByteSet { ByteSet(words: words.map { ~$0 }) }
  }

  /// As it was written.
  public let source: String
  private var states: [State] = []
  /// By place in the text (bit 0: its begin, bit 1: its end) and state: all states that follow without a byte, as bits.
  ///
  /// Empty where there are more states than bits.
  private var closures: [[UInt64]] = []

  /// Why a text is no regular expression.
  struct Failure: Error {
    let what: String
  }

  /// More states than this are not built.
  private static let mostStates = 4096

  /// Reads an expression.
  init(_ source: String) throws(Failure) {
    self.source = source
    var parser = Parser(bytes: Array(source.utf8))
    let tree = try parser.alternatives(depth: 0)
    guard parser.at == parser.bytes.count else { throw Failure(what: "a `\\)` without its `\\(`") }
    emit(tree)
    states.append(.accept)
    guard states.count <= Self.mostStates else { throw Failure(what: "too long") }
    guard states.count <= UInt64.bitWidth else { return }
    for place in 0..<4 {
      closures.append(
        states.indices.map { state in
          var all = Set<Int>()
          follow(state, into: &all, isBegin: place & 1 == 1, isEnd: place & 2 == 2)
          return all.reduce(0) { $0 | 1 << UInt64($1) }
        })
    }
  }

  /// Whether any part of a text is what the expression says; `isWhole`: whether all of it is.
  public func matches(_ text: some Sequence<UInt8>, isWhole: Bool = false) -> Bool {
    closures.isEmpty
      ? matchesSlowly(Array(text), isWhole) : matchesQuickly(Array(text), isWhole)
  }

  /// With a bit for each state.
  private func matchesQuickly(_ bytes: [UInt8], _ isWhole: Bool) -> Bool {
    let accept: UInt64 = 1 << UInt64(states.count - 1)
    var current: UInt64 = 0
    for at in 0...bytes.count {
      let isEnd = at == bytes.count
      let place = (at == 0 ? 1 : 0) | (isEnd ? 2 : 0)
      if at == 0 || !isWhole { current |= closures[place][0] }
      if current & accept != 0 && (!isWhole || isEnd) { return true }
      if isEnd { return false }
      var next: UInt64 = 0
      var rest = current
      let nextPlace = at + 1 == bytes.count ? 2 : 0
      while rest != 0 {
        let state = rest.trailingZeroBitCount
        rest &= rest - 1
        if case .byte(let set) = states[state], set.contains(bytes[at]) {
          next |= closures[nextPlace][state + 1]
        }
      }
      current = next
      if current == 0 && isWhole { return false }
    }
    return false
  }

  /// With a set of states, for long expressions.
  private func matchesSlowly(_ bytes: [UInt8], _ isWhole: Bool) -> Bool {
    var current = Set<Int>()
    var isFirst = true
    for at in 0...bytes.count {
      if isFirst || !isWhole {
        follow(0, into: &current, isBegin: at == 0, isEnd: at == bytes.count)
        isFirst = false
      }
      if current.contains(states.count - 1) && (!isWhole || at == bytes.count) { return true }
      guard at < bytes.count else { return false }
      var next = Set<Int>()
      for state in current {
        if case .byte(let set) = states[state], set.contains(bytes[at]) {
          follow(state + 1, into: &next, isBegin: false, isEnd: at + 1 == bytes.count)
        }
      }
      current = next
      if current.isEmpty && isWhole { return false }
    }
    return false
  }

  private func follow(_ start: Int, into set: inout Set<Int>, isBegin: Bool, isEnd: Bool) {
    var open = [start]
    while let state = open.popLast() {
      guard set.insert(state).inserted else { continue }
      switch states[state] {
      case .split(let a, let b): open += [a, b]
      case .jump(let to): open.append(to)
      case .begin: if isBegin { open.append(state + 1) }
      case .end: if isEnd { open.append(state + 1) }
      case .byte, .accept: break
      }
    }
  }

  private indirect enum Tree {
    case set(ByteSet)
    case sequence([Tree])
    case either(Tree, Tree)
    case repeated(Tree, isOptional: Bool, isMany: Bool)
    case begin
    case end
  }

  private mutating func emit(_ tree: Tree) {
    guard states.count <= Self.mostStates else { return }
    switch tree {
    case .set(let set): states.append(.byte(set))
    case .begin: states.append(.begin)
    case .end: states.append(.end)
    case .sequence(let parts): for part in parts { emit(part) }
    case .either(let a, let b):
      let split = states.count
      states.append(.jump(0))
      emit(a)
      let jump = states.count
      states.append(.jump(0))
      states[split] = .split(split + 1, states.count)
      emit(b)
      states[jump] = .jump(states.count)
    case .repeated(let part, let isOptional, let isMany):
      let split = states.count
      if isOptional { states.append(.jump(0)) }
      emit(part)
      if isMany {
        let again = states.count
        states.append(.split(split, again + 1))
      }
      if isOptional { states[split] = .split(split + 1, states.count) }
    }
  }

  private struct Parser {
    let bytes: [UInt8]
    var at = 0

    private func next(_ text: String) -> Bool { bytes[at...].starts(with: text.utf8) }

    mutating func alternatives(depth: Int) throws(Failure) -> Tree {
      guard depth < 32 else { throw Failure(what: "nested too deeply") }
      var tree = try sequence(depth: depth)
      while next("\\|") {
        at += 2
        tree = .either(tree, try sequence(depth: depth))
      }
      return tree
    }

    private mutating func sequence(depth: Int) throws(Failure) -> Tree {
      var parts: [Tree] = []
      let start = at
      while at < bytes.count, !next("\\|"), !next("\\)") {
        // A star that nothing stands before is a star.
        if next("*"), !parts.isEmpty, let last = parts.popLast() {
          at += 1
          parts.append(.repeated(last, isOptional: true, isMany: true))
        } else if next("\\+"), let last = parts.popLast() {
          at += 2
          parts.append(.repeated(last, isOptional: false, isMany: true))
        } else if next("\\?"), let last = parts.popLast() {
          at += 2
          parts.append(.repeated(last, isOptional: true, isMany: false))
        } else {
          parts.append(try atom(isFirst: at == start, depth: depth))
        }
      }
      return .sequence(parts)
    }

    private mutating func atom(isFirst: Bool, depth: Int) throws(Failure) -> Tree {
      let byte = bytes[at]
      at += 1
      switch byte {
      case UInt8(ascii: "."): return .set(ByteSet().inverted)
      case UInt8(ascii: "^") where isFirst: return .begin
      case UInt8(ascii: "$") where at == bytes.count || next("\\|") || next("\\)"): return .end
      case UInt8(ascii: "["): return .set(try bracket())
      case UInt8(ascii: "\\"):
        guard at < bytes.count else { throw Failure(what: "nothing behind the last backslash") }
        if next("(") {
          at += 1
          let tree = try alternatives(depth: depth + 1)
          guard next("\\)") else { throw Failure(what: "a `\\(` without its `\\)`") }
          at += 2
          return tree
        }
        at += 1
        return literal(bytes[at - 1])
      default: return literal(byte)
      }
    }

    private func literal(_ byte: UInt8) -> Tree {
      var set = ByteSet()
      set.insertIgnoringCase(byte)
      return .set(set)
    }

    private mutating func bracket() throws(Failure) -> ByteSet {
      var set = ByteSet()
      let isInverted = next("^")
      if isInverted { at += 1 }
      var isFirst = true
      while at < bytes.count, isFirst || bytes[at] != UInt8(ascii: "]") {
        isFirst = false
        let low = bytes[at]
        at += 1
        if at + 1 < bytes.count, bytes[at] == UInt8(ascii: "-"), bytes[at + 1] != UInt8(ascii: "]")
        {
          let high = bytes[at + 1]
          guard low <= high else { throw Failure(what: "a range that runs backwards") }
          for byte in low...high { set.insertIgnoringCase(byte) }
          at += 2
        } else {
          set.insertIgnoringCase(low)
        }
      }
      guard at < bytes.count else { throw Failure(what: "a `[` without its `]`") }
      at += 1
      return isInverted ? set.inverted : set
    }
  }
}
