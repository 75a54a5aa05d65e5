/// The instruction set of a vCPU's virtualization.
///
/// The raw values are the kernel's `isa` field.
public enum ISA: UInt8, Sendable, BitwiseCopyable {
  /// Intel VT-x.
  case vmx = 1
  /// AMD-V.
  case svm = 2

  /// The name in every report.
  public var name: String {
    switch self {
    case .vmx: "vmx"
    case .svm: "svm"
    }
  }
}

/// An exit reason as hardware counts it, free of flags and of the width that a kernel wrote it
/// with.
public struct ExitCode: Hashable, Sendable, BitwiseCopyable {
  /// The basic reason (VMX: bits 0–15; SVM: the exit code, -1 as 0xffff_ffff_ffff_ffff).
  public let code: UInt64
  /// Whether hardware refused the VM entry (VMX: bit 31).
  public let isFailedEntry: Bool
  /// The tables that give the code its meaning; nil when the event did not say.
  public let isa: ISA?

  /// Splits a raw `exit_reason`.
  ///
  /// - Parameters:
  ///   - raw: the field's value, zero-extended; SVM's -1 may have 32 or 64 bits.
  ///   - isa: the event's `isa` field, where it has one.
  @inlinable
  @inline(__always)
  public init(raw: UInt64, isa: ISA?) {
    self.isa = isa
    switch isa {
    case .svm:
      code = raw == 0xffff_ffff ? .max : raw
      isFailedEntry = false
    case .vmx, nil:
      isFailedEntry = raw & 0x8000_0000 != 0 && isa == .vmx
      code = isa == .vmx ? raw & 0xffff : raw
    }
  }

  /// Written out so that it is inlined everywhere: exits are compared for every exit.
  @inlinable
  @inline(__always)
  public static func == (a: ExitCode, b: ExitCode) -> Bool {
    a.code == b.code && a.isFailedEntry == b.isFailedEntry && a.isa?.rawValue == b.isa?.rawValue
  }
}
