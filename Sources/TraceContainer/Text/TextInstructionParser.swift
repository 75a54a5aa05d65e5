internal import KVMEvents
internal import TraceBytes

/// Reads `kvm_emulate_insn`.
///
///     0:4019c6:c3 (prot64)             the kernel, perf; ` failed` behind it
///     0:4019c6: c3                     trace-cmd; ` FAIL` behind it; no mode
///     ffff0000:fff0: ea 5b e0 00 f0
enum TextInstructionParser {
  /// Reads what there is; nothing where the text has another form.
  static func parse(_ bytes: RawSpan, _ tail: Range<Int>, _ fields: inout TextFields) {
    var scanner = TextScanner(bytes, at: tail.lowerBound, end: tail.upperBound)
    guard let base = scanner.hexadecimal(), scanner.skip(UInt8(ascii: ":")),
      let rip = scanner.hexadecimal()
    else { return }
    // A plugin may have put the name of a function here.
    while scanner.at < scanner.end, scanner.byte != UInt8(ascii: ":") { scanner.at += 1 }
    guard scanner.skip(UInt8(ascii: ":")) else { return }
    scanner.skipBlanks()
    fields.set(EmulateField.csBase, base)
    fields.set(EmulateField.rip, rip)
    fields.set(EmulateField.length, length(&scanner))
    fields.set(EmulateField.flags, mode(&scanner) ?? impliedMode(base: base, rip: rip))
    let rest = scanner.at..<scanner.end
    let hasFailed =
      TextFieldParser.holds("FAIL", bytes, rest) || TextFieldParser.holds("failed", bytes, rest)
    fields.set(EmulateField.failed, hasFailed ? 1 : 0)
  }

  /// Pairs of hexadecimal digits; a plugin with a disassembler prints words instead.
  private static func length(_ scanner: inout TextScanner) -> UInt64 {
    if scanner.skipsNothingBut("rsm") { return 2 }
    var count: UInt64 = 0
    while true {
      let before = scanner.at
      guard scanner.hexadecimal() != nil, scanner.at == before + 2,
        !TextScanner.isWord(scanner.byte)
      else {
        scanner.at = before
        return count
      }
      count += 1
      scanner.skipBlanks()
    }
  }

  /// `(prot64)`: the flags that the kernel prints so; nil where no mode comes next.
  private static func mode(_ scanner: inout TextScanner) -> UInt64? {
    guard scanner.byte == UInt8(ascii: "(") else { return nil }
    let before = scanner.at
    for (word, flags): (StaticString, UInt64) in [
      ("(prot64)", 0b1001), ("(prot32)", 0b0101), ("(prot16)", 0b0001), ("(vm16)", 0b0011),
      ("(real)", 0),
    ] {
      if scanner.skip(word) { return flags }
    }
    scanner.at = before
    return nil
  }

  /// Without a mode only a reset tells that the processor is in real mode: the code of no other mode
  /// has this base.
  private static func impliedMode(base: UInt64, rip: UInt64) -> UInt64 {
    base & 0xffff_ffff == 0xffff_0000 && rip == 0xfff0 ? 0 : 1
  }
}
