/// What exactly an exit was about, where its reason is only the sort of thing: which port, which MSR.
///
/// The exit itself tells some of it, the events that KVM traces while it handles the exit the rest.
public struct ExitDetail: Hashable, Sendable, BitwiseCopyable {
  /// What the number is.
  public enum Kind: UInt8, Sendable, BitwiseCopyable {
    /// An I/O port.
    case port
    /// A model-specific register.
    case msr
    /// The guest-physical address of a page, a multiple of 4096.
    case page
    /// A control register.
    case controlRegister
    /// An exception or interrupt.
    case vector
    /// The number of a hypercall.
    case hypercall
    /// The leaf of CPUID.
    case leaf

    /// The name in every report.
    public var name: String {
      switch self {
      case .port: "port"
      case .msr: "msr"
      case .page: "page"
      case .controlRegister: "cr"
      case .vector: "vector"
      case .hypercall: "hypercall"
      case .leaf: "leaf"
      }
    }
  }

  /// What the number is.
  public let kind: Kind
  /// The number.
  public let value: UInt64

  /// Names a thing; of the address of a page the offset is dropped.
  public init(_ kind: Kind, _ value: UInt64) {
    self.kind = kind
    self.value = kind == .page ? value & ~0xfff : value
  }

  /// As reports write it: `port 0x2000`, `cr 4`, `vector 14`.
  public var text: String {
    switch kind {
    case .controlRegister, .vector, .hypercall: "\(kind.name) \(value)"
    case .port, .msr, .page, .leaf: "\(kind.name) 0x\(String(value, radix: 16))"
    }
  }

  /// What a kvm_exit tells by itself; nil where its fields do not.
  ///
  /// Source: Intel SDM, volume 3, exit qualification and interruption information; AMD APM, volume 2,
  /// EXITINFO1 and EXITINFO2.
  public init?<Fields: EventFields & ~Copyable & ~Escapable>(
    of code: ExitCode, _ fields: borrowing Fields
  ) {
    guard let kind = code.detailKind, !code.isFailedEntry else { return nil }
    switch (kind, code.isa) {
    case (.vector, .svm):
      self.init(.vector, code.code - 0x40)
    case (.vector, _):
      // Bit 31: there was one.
      guard fields.has(ExitField.interruptInfo) else { return nil }
      let information = fields.integer(ExitField.interruptInfo)
      guard information & 0x8000_0000 != 0 else { return nil }
      self.init(.vector, information & 0xff)
    case (.controlRegister, .svm):
      self.init(.controlRegister, code.code & 0xf)
    case (.controlRegister, _):
      guard fields.has(ExitField.info1) else { return nil }
      self.init(.controlRegister, fields.integer(ExitField.info1) & 0xf)
    case (.port, _):
      guard fields.has(ExitField.info1) else { return nil }
      self.init(.port, fields.integer(ExitField.info1) >> 16 & 0xffff)
    case (.page, .svm):
      guard fields.has(ExitField.info2) else { return nil }
      self.init(.page, fields.integer(ExitField.info2))
    default: return nil
    }
  }
}

extension ExitCode {
  /// The sort of thing that an exit for this reason is about; nil where the reason says all.
  public var detailKind: ExitDetail.Kind? {
    switch isa {
    case .vmx:
      switch code {
      case 0, 1: .vector
      case 10: .leaf
      case 18: .hypercall
      case 28: .controlRegister
      case 30: .port
      case 31, 32: .msr
      case 48, 49: .page
      default: nil
      }
    case .svm:
      switch code {
      case 0x00...0x1f: .controlRegister
      case 0x40...0x5f: .vector
      case 0x72: .leaf
      case 0x7b: .port
      case 0x7c: .msr
      case 0x81: .hypercall
      case 0x400: .page
      default: nil
      }
    case nil: nil
    }
  }
}
