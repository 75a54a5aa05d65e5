/// What addresses of the recorded kernel mean: functions (`kallsyms`) and format strings (`printk_formats`).
struct KernelSymbols: Sendable {
  private let addresses: [UInt64]
  private let names: [Range<Int>]
  private let text: [UInt8]
  private let formats: [UInt64: [UInt8]]
  private let isLong: Bool

  /// Reads texts as in `/proc/kallsyms` and in `printk_formats` of tracefs.
  ///
  /// Lines that are not understood are passed over.
  init(kallsyms: [UInt8], printkFormats: [UInt8], longSize: Int) {
    text = kallsyms
    isLong = longSize == 8
    var found: [(UInt64, Range<Int>)] = []
    Self.forEachLine(kallsyms) { line in
      guard let (address, end) = Self.hex(kallsyms, line.lowerBound, line.upperBound) else {
        return
      }
      // Without rights to read them all addresses are 0.
      guard address != 0, end + 3 < line.upperBound, kallsyms[end] == 32, kallsyms[end + 2] == 32
      else { return }
      let kind = kallsyms[end + 1]
      let begin = end + 3
      let stop =
        kallsyms[begin..<line.upperBound].firstIndex { $0 == 9 || $0 == 32 } ?? line.upperBound
      // Absolute symbols are no functions, and `$` begins the marks of ARM's assembler.
      guard kind != UInt8(ascii: "A"), kind != UInt8(ascii: "a"), begin < stop,
        kallsyms[begin] != 0x24
      else { return }
      found.append((address, begin..<stop))
    }
    found.sort { ($0.0, $0.1.lowerBound) < ($1.0, $1.1.lowerBound) }
    addresses = found.map(\.0)
    names = found.map(\.1)
    var formats: [UInt64: [UInt8]] = [:]
    Self.forEachLine(printkFormats) { line in
      var begin = line.lowerBound
      if printkFormats[line].starts(with: "0x".utf8) { begin += 2 }
      guard let (address, end) = Self.hex(printkFormats, begin, line.upperBound) else { return }
      guard end < line.upperBound,
        let quote = printkFormats[end..<line.upperBound].firstIndex(of: 0x22)
      else { return }
      var last = line.upperBound
      if last > quote + 1, printkFormats[last - 1] == 0x22 { last -= 1 }
      formats[address] = Self.unescaped(printkFormats[quote + 1..<last])
    }
    self.formats = formats
  }

  private static func forEachLine(_ text: [UInt8], _ body: (Range<Int>) -> Void) {
    var begin = 0
    while begin < text.count {
      let end = text[begin...].firstIndex(of: 10) ?? text.count
      if end > begin { body(begin..<end) }
      begin = end + 1
    }
  }

  /// A number and where it ends.
  private static func hex(_ text: [UInt8], _ begin: Int, _ end: Int) -> (UInt64, Int)? {
    var value: UInt64 = 0
    var at = begin
    while at < end, at - begin < 16 {
      switch text[at] {
      case let digit where digit >= 0x30 && digit <= 0x39: value = value << 4 | UInt64(digit - 0x30)
      case let digit where digit >= 0x61 && digit <= 0x66: value = value << 4 | UInt64(digit - 0x57)
      default: return at > begin ? (value, at) : nil
      }
      at += 1
    }
    return at > begin ? (value, at) : nil
  }

  private static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    var isEscaped = false
    for byte in text {
      if isEscaped {
        isEscaped = false
        // The line break at the end belongs to the log, not to the line.
        if byte != UInt8(ascii: "n") { bytes.append(byte) }
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else {
        bytes.append(byte)
      }
    }
    return bytes
  }

  /// The format string at an address.
  func formatString(at address: UInt64) -> [UInt8]? { formats[address] }

  /// The function that holds an address, and how far behind its begin the address is.
  private func function(at address: UInt64) -> (name: Range<Int>, distance: UInt64)? {
    var low = 0
    var high = addresses.count
    while low < high {
      let middle = (low + high) / 2
      if addresses[middle] <= address { low = middle + 1 } else { high = middle }
    }
    // What lies behind the last symbol belongs to nobody known.
    guard low > 0, low < addresses.count || addresses[low - 1] == address else { return nil }
    return (names[low - 1], address - addresses[low - 1])
  }

  /// Appends a function's name, or the address where none is known.
  func append(functionAt address: UInt64, distance: Bool, to bytes: inout [UInt8]) {
    guard let found = function(at: address) else {
      bytes.append(text: "0x")
      bytes.append(hex: address)
      return
    }
    bytes.append(contentsOf: text[found.name])
    if distance {
      bytes.append(text: "+0x")
      bytes.append(hex: found.distance)
    }
  }

  /// Appends one line of a call stack.
  func append(caller address: UInt64, to bytes: inout [UInt8]) {
    bytes.append(text: "=> ")
    if let found = function(at: address) {
      bytes.append(contentsOf: text[found.name])
      bytes.append(text: " (")
      bytes.append(hex: address)
      bytes.append(text: ")")
    } else {
      bytes.append(hex: address)
    }
  }
}
