import KVMEvents
import Testing

/// What an exit's own fields tell, after Intel's and AMD's manuals.
struct ExitDetailTests {
  private static func detail(
    _ isa: ISA, _ reason: UInt64, info1: UInt64? = nil, info2: UInt64? = nil,
    interrupt: UInt64? = nil
  ) -> String? {
    var event = StoredEvent(.exit)
    if let info1 { event.set(ExitField.info1, info1) }
    if let info2 { event.set(ExitField.info2, info2) }
    if let interrupt { event.set(ExitField.interruptInfo, interrupt) }
    return ExitDetail(of: ExitCode(raw: reason, isa: isa), event)?.text
  }

  @Test func vmx() {
    #expect(Self.detail(.vmx, 30, info1: 0x2000_0008) == "port 0x2000")
    #expect(Self.detail(.vmx, 28, info1: 0x4) == "cr 4")
    #expect(Self.detail(.vmx, 28, info1: 0x18) == "cr 8")
    #expect(Self.detail(.vmx, 0, interrupt: 0x8000_0b0e) == "vector 14")
    #expect(Self.detail(.vmx, 1, interrupt: 0x8000_00ec) == "vector 236")
    #expect(Self.detail(.vmx, 1, interrupt: 0xec) == nil)
    // The qualification of these tells neither the page nor the register.
    #expect(Self.detail(.vmx, 48, info1: 0x182, info2: 0x8000_0b0e) == nil)
    #expect(Self.detail(.vmx, 31, info1: 0) == nil)
    #expect(Self.detail(.vmx, 12, info1: 0x2000_0000) == nil)
    #expect(Self.detail(.vmx, 0x8000_001e, info1: 0x2000_0008) == nil)
  }

  @Test func svm() {
    #expect(Self.detail(.svm, 0x7b, info1: 0x2000_0211) == "port 0x2000")
    #expect(Self.detail(.svm, 0x400, info1: 0x1_0000_0004, info2: 0xd000_0010) == "page 0xd0000000")
    #expect(Self.detail(.svm, 0x4e, info1: 2, info2: 0x1000) == "vector 14")
    #expect(Self.detail(.svm, 0x14) == "cr 4")
    #expect(Self.detail(.svm, 0x7c, info1: 1) == nil)
    #expect(Self.detail(.svm, 0x27) == nil)
  }

  @Test func fieldsThatWereNotRecorded() {
    #expect(Self.detail(.vmx, 30) == nil)
    #expect(Self.detail(.vmx, 28) == nil)
    #expect(Self.detail(.vmx, 0) == nil)
    #expect(Self.detail(.svm, 0x400) == nil)
  }
}
