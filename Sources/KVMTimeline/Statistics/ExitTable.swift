public import KVMEvents

/// Exits that share level, reason and handler.
public struct ExitRow: Sendable {
  /// The level that was left.
  public let level: GuestLevel
  /// The reason.
  public let exit: ExitCode
  /// Whether L1 was told of them.
  public let isReflected: Bool
  /// Exits, answered or not.
  public internal(set) var count: UInt64 = 0
  /// From kvm_exit to kvm_entry, of the answered ones during which the vCPU never left its CPU or
  /// KVM: most.
  public internal(set) var undisturbed = DurationTotals()
  /// The same of the other answered ones.
  public internal(set) var disturbed = DurationTotals()
  /// Those again, without userspace, halted and off-CPU time.
  public internal(set) var disturbedOnCPU = DurationTotals()

  /// Counts an exit that an entry answered.
  ///
  /// One access to the row does it all.
  @inline(__always)
  mutating func add(handling: UInt64, offCPU: UInt64) {
    count &+= 1
    if offCPU == 0 || handling == 0 {
      undisturbed.add(handling)
    } else {
      addDisturbed(handling, onCPU: handling &- Swift.min(handling, offCPU))
    }
  }

  @inline(never)
  private mutating func addDisturbed(_ handling: UInt64, onCPU: UInt64) {
    disturbed.add(handling)
    disturbedOnCPU.add(onCPU)
  }

  /// Exits that a kvm_entry answered.
  public var answered: UInt64 { undisturbed.count + disturbed.count }
}

/// The exits of one vCPU, by level, reason and handler.
///
/// A vCPU knows a dozen or two of reasons. The usual codes (0 to 255, and SVM's from 0x400 on) have a
/// place of their own in an index of bytes; the rare others, and more rows than a byte can number,
/// are found by looking through the rows.
public struct ExitTable: Sendable {
  private static let usualCodes = 256 + 32
  private static let free: UInt8 = 255

  /// In order of first appearance.
  public private(set) var rows: [ExitRow] = []
  /// By usual code, level and handler: eight places a code.
  private var index: [UInt8]

  /// An empty table.
  public init() {
    index = [UInt8](repeating: Self.free, count: Self.usualCodes * 8)
  }

  /// The row of a key with a usual code, by the code's block in the index; nil until there is one.
  @inline(__always)
  func row(block: Int, level: GuestLevel, isReflected: Bool) -> Int? {
    let number = index[Self.slot(block, level, isReflected)]
    return number != Self.free ? Int(number) : nil
  }

  /// Where the index has the rows of a usual code; nil for other codes.
  ///
  /// A vCPU's codes are all of one instruction set, once it is known.
  @inline(__always)
  static func block(of exit: ExitCode) -> Int? {
    let code = exit.code
    let place = code < 256 ? code : code &- 0x400 < 32 ? code &- 0x300 : .max
    guard place != .max, !exit.isFailedEntry, exit.isa != nil else { return nil }
    return Int(place) &* 8
  }

  @inline(__always)
  private static func slot(_ block: Int, _ level: GuestLevel, _ isReflected: Bool) -> Int {
    block &+ Int(level.rawValue) &* 2 &+ (isReflected ? 1 : 0)
  }

  /// The row of a key, made when it is new.
  private mutating func row(_ level: GuestLevel, _ exit: ExitCode, _ isReflected: Bool) -> Int {
    guard let block = Self.block(of: exit) else { return search(level, exit, isReflected) }
    return row(block: block, level: level, isReflected: isReflected)
      ?? add(level, exit, isReflected, slot: Self.slot(block, level, isReflected))
  }

  @inline(__always)
  private func matches(_ row: Int, _ level: GuestLevel, _ exit: ExitCode, _ isReflected: Bool)
    -> Bool
  {
    rows[row].exit == exit && rows[row].level == level && rows[row].isReflected == isReflected
  }

  private mutating func add(
    _ level: GuestLevel, _ exit: ExitCode, _ isReflected: Bool, slot: Int
  ) -> Int {
    // Without a number left for the slot, the row would be made anew every time.
    if rows.count >= Int(Self.free) { return search(level, exit, isReflected) }
    rows.append(ExitRow(level: level, exit: exit, isReflected: isReflected))
    index[slot] = UInt8(rows.count - 1)
    return rows.count - 1
  }

  @inline(never)
  private mutating func search(_ level: GuestLevel, _ exit: ExitCode, _ isReflected: Bool) -> Int {
    for row in rows.indices where matches(row, level, exit, isReflected) { return row }
    // A hostile trace can invent reasons without end: past a limit they share one row of their own.
    if rows.count >= 1024 {
      let other = ExitCode(raw: .max - 1, isa: exit.isa)
      for row in rows.indices where matches(row, .unknown, other, false) { return row }
      rows.append(ExitRow(level: .unknown, exit: other, isReflected: false))
      return rows.count - 1
    }
    rows.append(ExitRow(level: level, exit: exit, isReflected: isReflected))
    return rows.count - 1
  }

  /// Counts an exit that an entry answered, in a row that was found already.
  @inline(__always)
  mutating func addAnswered(row: Int, handling: UInt64, offCPU: UInt64) {
    rows[row].add(handling: handling, offCPU: offCPU)
  }

  /// Counts an exit that an entry answered.
  @inline(never)
  mutating func addAnswered(
    level: GuestLevel, exit: ExitCode, isReflected: Bool, handling: UInt64, offCPU: UInt64
  ) {
    rows[row(level, exit, isReflected)].add(handling: handling, offCPU: offCPU)
  }

  /// Counts an exit that nothing answered.
  mutating func addUnanswered(level: GuestLevel, exit: ExitCode, isReflected: Bool) {
    let row = row(level, exit, isReflected)
    rows[row].count &+= 1
  }
}
