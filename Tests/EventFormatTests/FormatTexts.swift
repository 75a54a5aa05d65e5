import EventFormat
import KVMEvents
import TraceTestSupport

/// Format texts as kernels write them, built from declarations.
enum FormatTexts {
  /// The four fields that every event begins with.
  static let common = """
    \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
    \tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
    \tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
    \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

    """

  /// A text whose own fields are the given (declaration, offset, size, signed).
  static func text(
    _ name: String, id: Int, _ fields: [(String, Int, Int, Bool)], print: String = "\"\""
  ) -> [UInt8] {
    var text = "name: \(name)\nID: \(id)\nformat:\n\(common)\n"
    for (declaration, offset, size, isSigned) in fields {
      text +=
        "\tfield:\(declaration);\toffset:\(offset);\tsize:\(size);\tsigned:\(isSigned ? 1 : 0);\n"
    }
    return Array((text + "\nprint fmt: \(print)\n").utf8)
  }

  /// `kvm_exit` before 5.10: no vcpu_id, 32 bits of exit reason.
  static let oldExit = text(
    "kvm_exit", id: 700,
    [
      ("unsigned int exit_reason", 8, 4, false), ("unsigned long guest_rip", 16, 8, false),
      ("u32 isa", 24, 4, false), ("u64 info1", 32, 8, false), ("u64 info2", 40, 8, false),
    ])

  /// `kvm_exit` of 6.x: vcpu_id behind the rest.
  static let newExit = text(
    "kvm_exit", id: 701,
    [
      ("unsigned int exit_reason", 8, 4, false), ("unsigned long guest_rip", 16, 8, false),
      ("u32 isa", 24, 4, false), ("u64 info1", 32, 8, false), ("u64 info2", 40, 8, false),
      ("u32 intr_info", 48, 4, false), ("u32 error_code", 52, 4, false),
      ("unsigned int vcpu_id", 56, 4, false),
    ])

  /// A catalogue of texts of the subsystem `kvm`, little endian, 64 bits.
  static func catalogue(_ texts: [UInt8]..., isBigEndian: Bool = false) -> EventCatalogue {
    EventCatalogue(
      texts.map { FormatSource(system: "kvm", text: $0) }, longSize: 8, isBigEndian: isBigEndian)
  }
}

/// Reads the fields of a record by slot, as the timeline does.
struct SlotReader {
  private let record: HeldBytes
  private let base: Int
  private let descriptor: EventDescriptor
  private let isBigEndian: Bool

  init(_ record: HeldBytes, at base: Int, _ descriptor: EventDescriptor, isBigEndian: Bool) {
    self.record = record
    self.base = base
    self.descriptor = descriptor
    self.isBigEndian = isBigEndian
  }

  func integer(_ slot: Int) -> UInt64 {
    descriptor.fields[slot].read(in: record.span, at: base, isBigEndian: isBigEndian)
  }

  func has(_ slot: Int) -> Bool { descriptor.fields[slot].isPresent }
}
