internal import KVMEvents
internal import TraceBytes

/// Reads `kvm_userspace_exit`.
///
///     reason KVM_EXIT_IO (2)    KVM_RUN returned 0
///     reason restart (4)        it returned -EINTR
///     reason error (5)          it returned another error, here -EIO
///
/// libtraceevent does not look at errno: trace-cmd and perf print the reason of an earlier exit then.
enum TextUserspaceExitParser {
  static func parse(_ bytes: RawSpan, _ tail: Range<Int>, _ fields: inout TextFields) {
    var scanner = TextScanner(bytes, at: tail.lowerBound, end: tail.upperBound)
    guard scanner.skip("reason ") else { return }
    let first = scanner.at
    while scanner.at < scanner.end, scanner.byte != UInt8(ascii: " ") { scanner.at += 1 }
    let name = first..<scanner.at
    scanner.skipBlanks()
    guard scanner.skip(UInt8(ascii: "(")), let number = scanner.number() else { return }
    let isRestart = name.count == 7 && TextScanner.equals(bytes, first, "restart")
    if isRestart || (name.count == 5 && TextScanner.equals(bytes, first, "error")) {
      fields.set(UserspaceExitField.reason, 0)
      fields.set(UserspaceExitField.errno, 0 &- number)
    } else {
      // Whether errno was zero, or just not looked at, no text tells.
      fields.set(UserspaceExitField.reason, number)
    }
  }
}
