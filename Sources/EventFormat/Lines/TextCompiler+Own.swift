import KVMEvents

/// The lines that `trace-cmd report` lays out itself: piece by piece as ``EventTextRenderer`` writes them.
extension TextCompiler {
  mutating func append(_ layout: OwnLayout) {
    switch layout {
    case .entry(let vcpu, let rip):
      append(" vcpu ")
      append(unsigned: vcpu)
      append(" rip 0x")
      append(hex: rip)
    case .exit(let fields):
      append(reason: fields.reason, fields.isa)
      append(" rip 0x")
      append(hex: fields.rip)
      guard let info1 = fields.info1, let info2 = fields.info2 else { return }
      append(" info ")
      append(hex: info1)
      append(" ")
      append(hex: info2)
    case .nestedExit(let rip, let fields): append(rip, fields)
    case .emulate(let fields): append(fields)
    case .schedSwitch(let fields): append(fields)
    case .wakeup(let fields): append(fields)
    }
  }

  private mutating func append(unsigned field: FieldDescription) {
    emit(.unsigned(operand(field), cut: 0), most: 21)
  }

  private mutating func append(signed field: FieldDescription) {
    emit(.signed(operand(field, isSigned: field.isSigned), cut: 0), most: 21)
  }

  private mutating func append(hex field: FieldDescription) {
    emit(.hex(operand(field), cut: 0, width: 1, hasPrefix: false), most: 16)
  }

  private mutating func append(reason field: FieldDescription, _ isa: FieldDescription?) {
    append("reason ")
    code.makeExitReasons()
    let isa = isa.map { operand($0) } ?? operand(constant: UInt64(ISA.vmx.rawValue))
    emit(.exitReason(operand(field), isa: isa), most: TextCode.mostOfExitReason)
  }

  private mutating func append(_ rip: FieldDescription?, _ fields: OwnLayout.InjectFields) {
    if let rip {
      append(" rip ")
      append(hex: rip)
      append(" ")
    }
    append(reason: fields.code, fields.isa)
    append(" info1 ")
    append(hex: fields.info1)
    append(" info2 ")
    append(hex: fields.info2)
    append(" int_info ")
    append(hex: fields.interruptInfo)
    append(" int_info_err ")
    append(hex: fields.interruptError)
  }

  private mutating func append(_ fields: OwnLayout.EmulateFields) {
    append(hex: fields.csBase)
    append(":")
    append(hex: fields.rip)
    append(":")
    if let range = range(of: fields.instruction) {
      emit(.bytes(range, count: operand(fields.length)), perByte: 3)
    }
    branch(operand(fields.failed), { $0.append(" FAIL") }, else: { _ in })
  }

  private mutating func append(_ fields: OwnLayout.SwitchFields) {
    append(comm: fields.previousComm)
    append(signed: fields.previousThread)
    append(priority: fields.previousPriority)
    append(" ")
    var table = TextTable(first: 0, count: UInt32(fields.states.count))
    table.separator = code.add(fields.states)
    code.tables.append(table)
    emit(
      .states(operand(fields.previousState), table: UInt32(code.tables.count - 1)),
      most: 2 * fields.states.count + 1)
    if !fields.states.allSatisfy(SafeText.isPlain) { noteUnsafe() }
    append(" ==> ")
    append(comm: fields.nextComm)
    append(signed: fields.nextThread)
    append(priority: fields.nextPriority)
  }

  private mutating func append(_ fields: OwnLayout.WakeupFields) {
    append(comm: fields.comm)
    append(signed: fields.thread)
    append(priority: fields.priority)
    if let success = fields.success {
      append(" success=")
      append(signed: success)
    }
    if let cpu = fields.cpu {
      append(" CPU:")
      append(operand(cpu), width: 3)
    }
  }

  private mutating func append(comm field: FieldDescription?) {
    guard let field else { return }
    append(textOf: field)
    append(":")
  }

  private mutating func append(priority field: FieldDescription?) {
    guard let field else { return }
    append(" [")
    append(signed: field)
    append("]")
  }
}

extension TextCode {
  /// The most bytes of an exit reason that the tables hold.
  static let mostOfExitReason = 64
  /// Reasons from here on are looked up each time.
  private static let exitReasons: UInt64 = 0x410

  /// Makes the tables of exit reasons, once.
  mutating func makeExitReasons() {
    guard exitReasons.isEmpty else { return }
    for isa in [ISA.vmx, .svm] {
      var table = TextTable(first: 0, count: 0)
      table.dense = UInt32(dense.count)
      table.denseCount = UInt32(Self.exitReasons)
      for reason in 0..<Self.exitReasons {
        var place = TextPlace.none
        if ExitReasonTable.pluginName(of: reason, isa: isa) != nil
          || ExitReasonTable.knownName(of: ExitCode(raw: reason, isa: isa)) != nil
        {
          var name: [UInt8] = []
          EventTextRenderer.append(reason: reason, isa: UInt64(isa.rawValue), to: &name)
          if name.count <= Self.mostOfExitReason { place = add(name) }
        }
        dense.append(place)
      }
      exitReasons.append(table)
    }
  }
}
