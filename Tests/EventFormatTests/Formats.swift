import EventFormat
import TraceBytes
import TraceTestSupport

/// Format texts as kernels write them, and records that fit.
enum Formats {
  /// The text of one event from its fields, given as `type name offset size signed`.
  static func text(
    _ name: String, id: Int, fields: [String], print: String = "\"\"", common: Bool = true
  ) -> [UInt8] {
    var text = "name: \(name)\nID: \(id)\nformat:\n"
    if common {
      for line in [
        "unsigned short common_type 0 2 0", "unsigned char common_flags 2 1 0",
        "unsigned char common_preempt_count 3 1 0", "int common_pid 4 4 1",
      ] {
        text += field(line)
      }
    }
    text += "\n"
    for line in fields { text += field(line) }
    return Array((text + "\nprint fmt: \(print)\n").utf8)
  }

  private static func field(_ line: String) -> String {
    let words = line.split(separator: " ")
    let declaration = words.dropLast(3).joined(separator: " ")
    let numbers = words.suffix(3)
    return "\tfield:\(declaration);\toffset:\(numbers[numbers.startIndex]);"
      + "\tsize:\(numbers[numbers.startIndex + 1]);\tsigned:\(numbers[numbers.startIndex + 2]);\n"
  }

  static let exitFields = [
    "unsigned int exit_reason 8 4 0", "unsigned long guest_rip 16 8 0", "u32 isa 24 4 0",
    "u64 info1 32 8 0", "u64 info2 40 8 0", "u32 intr_info 48 4 0", "u32 error_code 52 4 0",
    "unsigned int vcpu_id 56 4 0",
  ]
}

/// One event of one format text, to be written from records.
struct OneEvent {
  let catalogue: EventCatalogue
  let renderer: EventTextRenderer
  let order: ByteOrder

  init(
    _ name: String, system: String = "kvm", fields: [String], print: String = "\"\"",
    longSize: Int = 8, kallsyms: String = "", printkFormats: String = "",
    order: ByteOrder = .little
  ) {
    self.init(
      text: Formats.text(name, id: 7, fields: fields, print: print), system: system,
      longSize: longSize, kallsyms: kallsyms, printkFormats: printkFormats, order: order)
  }

  init(
    text: [UInt8], system: String = "kvm", longSize: Int = 8, kallsyms: String = "",
    printkFormats: String = "", order: ByteOrder = .little
  ) {
    let sources = [FormatSource(system: system, text: text)]
    catalogue = EventCatalogue(sources, longSize: longSize, isBigEndian: order == .big)
    renderer = EventTextRenderer(
      sources: sources, catalogue: catalogue, longSize: longSize, kallsyms: Array(kallsyms.utf8),
      printkFormats: Array(printkFormats.utf8), order: order)
    self.order = order
  }

  /// A record with numbers and texts at their offsets.
  func record(_ parts: [(offset: Int, size: Int, value: UInt64)], texts: [(Int, String)] = [])
    -> [UInt8]
  {
    var bytes = [UInt8](repeating: 0, count: 8)
    func put(_ offset: Int, _ part: [UInt8]) {
      while bytes.count < offset + part.count { bytes.append(0) }
      bytes.replaceSubrange(offset..<offset + part.count, with: part)
    }
    for (offset, size, value) in [(0, 2, 7)] + parts {
      var little = (0..<size).map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
      if order == .big { little.reverse() }
      put(offset, little)
    }
    for (offset, text) in texts { put(offset, Array(text.utf8)) }
    while bytes.count % 4 != 0 { bytes.append(0) }
    return bytes
  }

  func text(_ record: [UInt8], number: Int = 1) -> String {
    let held = HeldBytes(record)
    return renderer.text(number: number, block: held.span, offset: 0, length: record.count)
  }

  func fields(_ record: [UInt8]) -> [(String, EventFieldValue)] {
    let held = HeldBytes(record)
    var found: [(String, EventFieldValue)] = []
    renderer.forEachField(number: 1, block: held.span, offset: 0, length: record.count) {
      found.append(($0, $1))
    }
    return found
  }
}
