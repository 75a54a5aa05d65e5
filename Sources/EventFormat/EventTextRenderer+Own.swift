import KVMEvents
import TraceBytes

/// The lines that `trace-cmd report` lays out itself.
extension EventTextRenderer {
  func append(_ layout: OwnLayout, _ record: borrowing RecordView, to bytes: inout [UInt8]) {
    switch layout {
    case .entry(let vcpu, let rip):
      bytes.append(text: " vcpu ")
      bytes.append(decimal: record.unsigned(vcpu))
      bytes.append(text: " rip 0x")
      bytes.append(hex: record.unsigned(rip))
    case .exit(let fields): append(fields, record, to: &bytes)
    case .nestedExit(let rip, let fields): append(rip, fields, record, to: &bytes)
    case .emulate(let fields): append(fields, record, to: &bytes)
    case .schedSwitch(let fields): append(fields, record, to: &bytes)
    case .wakeup(let fields): append(fields, record, to: &bytes)
    }
  }

  /// The name as trace-cmd spells it, or as the kernel does where trace-cmd knows none.
  private func append(
    reason field: FieldDescription, isa isaField: FieldDescription?, _ record: borrowing RecordView,
    to bytes: inout [UInt8]
  ) {
    bytes.append(text: "reason ")
    let number = isaField.map { record.unsigned($0) } ?? 1
    Self.append(reason: record.unsigned(field), isa: number, to: &bytes)
  }

  /// What an exit reason is called, by its number and that of its instruction set.
  static func append(reason raw: UInt64, isa number: UInt64, to bytes: inout [UInt8]) {
    guard let isa = UInt8(exactly: number).flatMap(ISA.init(rawValue:)) else {
      bytes.append(text: "UNKNOWN-ISA (")
      bytes.append(decimal: raw)
      bytes.append(text: ")")
      return
    }
    let code = ExitCode(raw: raw, isa: isa)
    if let name = ExitReasonTable.pluginName(of: code.code, isa: isa) {
      bytes.append(text: name)
      if code.isFailedEntry { bytes.append(text: " FAILED_VMENTRY") }
    } else if let name = ExitReasonTable.knownName(of: code) {
      bytes.append(text: name)
    } else {
      bytes.append(text: "UNKNOWN (")
      bytes.append(decimal: raw)
      bytes.append(text: ")")
    }
  }

  private func append(
    _ fields: OwnLayout.ExitFields, _ record: borrowing RecordView, to bytes: inout [UInt8]
  ) {
    append(reason: fields.reason, isa: fields.isa, record, to: &bytes)
    bytes.append(text: " rip 0x")
    bytes.append(hex: record.unsigned(fields.rip))
    guard let info1 = fields.info1, let info2 = fields.info2 else { return }
    bytes.append(text: " info ")
    bytes.append(hex: record.unsigned(info1))
    bytes.append(32)
    bytes.append(hex: record.unsigned(info2))
  }

  private func append(
    _ rip: FieldDescription?, _ fields: OwnLayout.InjectFields, _ record: borrowing RecordView,
    to bytes: inout [UInt8]
  ) {
    if let rip {
      bytes.append(text: " rip ")
      bytes.append(hex: record.unsigned(rip))
      bytes.append(32)
    }
    append(reason: fields.code, isa: fields.isa, record, to: &bytes)
    bytes.append(text: " info1 ")
    bytes.append(hex: record.unsigned(fields.info1))
    bytes.append(text: " info2 ")
    bytes.append(hex: record.unsigned(fields.info2))
    bytes.append(text: " int_info ")
    bytes.append(hex: record.unsigned(fields.interruptInfo))
    bytes.append(text: " int_info_err ")
    bytes.append(hex: record.unsigned(fields.interruptError))
  }

  private func append(
    _ fields: OwnLayout.EmulateFields, _ record: borrowing RecordView, to bytes: inout [UInt8]
  ) {
    bytes.append(hex: record.unsigned(fields.csBase))
    bytes.append(UInt8(ascii: ":"))
    bytes.append(hex: record.unsigned(fields.rip))
    bytes.append(text: ":")
    let range = record.range(fields.instruction)
    for index in 0..<Int(min(record.unsigned(fields.length), UInt64(range.count))) {
      bytes.append(32)
      bytes.append(hex: UInt64(record.block.u8(at: range.lowerBound + index)), width: 2)
    }
    if record.unsigned(fields.failed) != 0 { bytes.append(text: " FAIL") }
  }

  // MARK: Scheduler

  private func append(
    comm field: FieldDescription?, _ record: borrowing RecordView, to bytes: inout [UInt8]
  ) {
    guard let field else { return }
    bytes.append(record.block, record.text(record.range(field)))
    bytes.append(UInt8(ascii: ":"))
  }

  private func append(
    priority field: FieldDescription?, _ record: borrowing RecordView, to bytes: inout [UInt8]
  ) {
    guard let field else { return }
    bytes.append(text: " [")
    bytes.append(signed: record.signed(field))
    bytes.append(text: "]")
  }

  private func append(
    _ fields: OwnLayout.SwitchFields, _ record: borrowing RecordView, to bytes: inout [UInt8]
  ) {
    append(comm: fields.previousComm, record, to: &bytes)
    bytes.append(signed: record.signed(fields.previousThread))
    append(priority: fields.previousPriority, record, to: &bytes)
    bytes.append(32)
    let state = record.unsigned(fields.previousState)
    var isFirst = true
    for (bit, letter) in fields.states.enumerated() where state & (1 << UInt64(bit)) != 0 {
      if !isFirst { bytes.append(UInt8(ascii: "|")) }
      isFirst = false
      bytes.append(letter)
    }
    if isFirst { bytes.append(UInt8(ascii: "R")) }
    bytes.append(text: " ==> ")
    append(comm: fields.nextComm, record, to: &bytes)
    bytes.append(signed: record.signed(fields.nextThread))
    append(priority: fields.nextPriority, record, to: &bytes)
  }

  private func append(
    _ fields: OwnLayout.WakeupFields, _ record: borrowing RecordView, to bytes: inout [UInt8]
  ) {
    append(comm: fields.comm, record, to: &bytes)
    bytes.append(signed: record.signed(fields.thread))
    append(priority: fields.priority, record, to: &bytes)
    if let success = fields.success {
      bytes.append(text: " success=")
      bytes.append(signed: record.signed(success))
    }
    if let cpu = fields.cpu {
      bytes.append(text: " CPU:")
      bytes.append(decimal: record.unsigned(cpu), width: 3, pad: UInt8(ascii: "0"))
    }
  }
}

extension RecordView {
  /// A number without its sign's extension; 0 when the field does not lie in the record.
  func unsigned(_ field: FieldDescription) -> UInt64 { integer(at: field.offset, size: field.size) }

  /// A number with its sign; 0 when the field does not lie in the record.
  func signed(_ field: FieldDescription) -> Int64 { Int64(bitPattern: integer(field) ?? 0) }
}
