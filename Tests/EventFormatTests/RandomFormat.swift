import TraceTestSupport

/// Records with anything in them, and a little more often what kernels write.
enum RandomRecord {
  /// A record for fields of `size` bytes: nearly always so long, or longer.
  static func bytes(_ size: Int, _ random: inout SeededGenerator) -> [UInt8] {
    let kind = Int.random(in: 0..<8, using: &random)
    var bytes =
      switch kind {
      case 0, 1: random.bytes(size + Int.random(in: 0...24, using: &random))
      case 2: random.bytes(Int.random(in: 8...max(8, size), using: &random))
      case 3: [UInt8](repeating: 0, count: size)
      case 4: (0..<size + 8).map { _ in UInt8.random(in: 0x1f...0x7f, using: &random) }
      default:
        // Small numbers.
        (0..<size + 16).map { $0 % 4 == 0 ? UInt8.random(in: 0...40, using: &random) : 0 }
      }
    while bytes.count < 8 { bytes.append(0) }
    if kind > 4 {
      // Places of texts: inside of the record now and then.
      for at in stride(from: 8, to: bytes.count - 3, by: 4) where Bool.random(using: &random) {
        bytes[at + 2] = UInt8.random(in: 0...12, using: &random)
      }
    }
    for _ in 0..<2 where bytes.count > 8 && kind > 5 {
      let at = Int.random(in: 8..<bytes.count, using: &random)
      bytes[at] = [10, 0, 27, 0xc3, 0xa9, 0xff].randomElement(using: &random) ?? 0
    }
    return bytes
  }
}

/// Print formats of all that the parser knows.
enum RandomFormat {
  static let fields = [
    "u8 a 8 1 0", "s8 b 9 1 1", "u16 c 10 2 0", "short d 12 2 1", "u32 e 16 4 0", "int f 20 4 1",
    "u64 g 24 8 0", "long h 32 8 1", "char s[8] 40 8 0", "__data_loc char[] t 48 4 0",
    "__rel_loc char[] u 52 4 0", "u16 v[4] 56 8 0", "__data_loc u32[] w 64 4 0",
  ]
  static let size = 68

  static func print(_ random: inout SeededGenerator) -> String {
    var text = ""
    var arguments = ""
    for _ in 0..<Int.random(in: 1...5, using: &random) {
      text +=
        ["", " ", "a=", "long literal of many bytes ", "%%", "\\n", "é", ", "]
        .randomElement(using: &random) ?? ""
      let isString = Int.random(in: 0..<3, using: &random) == 0
      text +=
        "%" + (["", "", "", "", "0", "-", "#", "+", "#0"].randomElement(using: &random) ?? "")
      text += ["", "", "", "", "1", "5", "08", "16", "20"].randomElement(using: &random) ?? ""
      text += ["", "", "", "", ".0", ".3", ".10"].randomElement(using: &random) ?? ""
      if isString {
        text += "s"
        arguments += ", " + string(&random, 2)
      } else {
        text += ["", "", "l", "ll", "h", "hh"].randomElement(using: &random) ?? ""
        text += ["d", "u", "x", "x", "X", "o", "c", "p", "i"].randomElement(using: &random) ?? ""
        arguments += ", " + number(&random, 3)
      }
    }
    return "\"\(text)\"" + arguments
  }

  private static func number(_ random: inout SeededGenerator, _ depth: Int) -> String {
    switch Int.random(in: 0..<(depth > 0 ? 11 : 5), using: &random) {
    case 0...3:
      return "REC->"
        + (["a", "b", "c", "d", "e", "f", "g", "h"].randomElement(using: &random) ?? "a")
    case 4: return ["0", "1", "-1", "0xffff", "4096", "1ULL"].randomElement(using: &random) ?? "0"
    case 5:
      let operation =
        ["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "<", ">=", "==", "!=", "&&", "||"]
        .randomElement(using: &random) ?? "+"
      return "(\(number(&random, depth - 1)) \(operation) \(number(&random, depth - 1)))"
    case 6: return "\(["!", "~", "-"].randomElement(using: &random) ?? "!")\(number(&random, 0))"
    case 7:
      return
        "(\(number(&random, depth - 1)) ? \(number(&random, depth - 1)) : \(number(&random, depth - 1)))"
    case 8:
      let type =
        ["u8", "s16", "unsigned int", "int", "u64", "long"].randomElement(using: &random) ?? "u8"
      return "((\(type))\(number(&random, depth - 1)))"
    case 9: return "__get_dynamic_array_len(\(["t", "w"].randomElement(using: &random) ?? "t"))"
    default: return "REC->v[\(number(&random, 0))]"
    }
  }

  private static func string(_ random: inout SeededGenerator, _ depth: Int) -> String {
    switch Int.random(in: 0..<(depth > 0 ? 9 : 5), using: &random) {
    case 0: return "\"text\""
    case 1: return "REC->s"
    case 2: return "__get_str(t)"
    case 3: return "__get_rel_str(u)"
    case 4: return number(&random, 1)
    case 5:
      return
        "(\(number(&random, 1)) ? \(string(&random, depth - 1)) : \(string(&random, depth - 1)))"
    case 6:
      return
        "__print_symbolic(\(number(&random, 1)), { 0, \"ze\\tro\" }, { 3, \"three\" }, { 3, \"twice\" }, "
        + "{ 0x1000, \"big\" }, { -1, \"none\\n\" })"
    case 7:
      return
        "__print_flags(\(number(&random, 1)), \"|\", { 1, \"o\\tne\" }, { 6, \"six\" }, { 0, \"nothing\" }, "
        + "{ 0x80000000, \"high\" })"
    default: return "__print_hex(REC->s, \(number(&random, 0)))"
    }
  }
}
