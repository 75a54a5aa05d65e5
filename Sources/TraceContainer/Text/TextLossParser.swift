internal import TraceBytes

/// Recognises the lines that tell of lost events.
///
///     CPU:1 [LOST 123 EVENTS]      tracefs
///     CPU:1 [123 EVENTS DROPPED]   trace-cmd report; without the number where nobody counted
///     … PERF_RECORD_LOST lost 123  perf script --show-lost-events
enum TextLossParser {
  /// Takes a line apart; nil when it tells of no loss.
  static func parse(_ bytes: RawSpan, _ line: Range<Int>) -> TextLoss? {
    guard let at = find("CPU:", bytes, line) else { return parsePerf(bytes, line) }
    var scanner = TextScanner(bytes, at: at + 4, end: line.upperBound)
    guard let cpu = scanner.decimal(), cpu < UInt64(TextLog.mostCPUs) else { return nil }
    scanner.skipBlanks()
    guard scanner.skip(UInt8(ascii: "[")) else { return nil }
    let isOfKernel = scanner.skip("LOST ")
    let count = scanner.decimal()
    if count != nil { scanner.skipBlanks() }
    guard scanner.skip(isOfKernel ? "EVENTS]" : "EVENTS DROPPED]") else { return nil }
    return TextLoss(cpu: Int(cpu), count: count)
  }

  /// In the first columns, behind a prefix or a stamp of dmesg.
  private static func find(_ word: StaticString, _ bytes: RawSpan, _ line: Range<Int>) -> Int? {
    let count = word.utf8CodeUnitCount
    let last = min(line.upperBound - count, line.lowerBound + 64)
    var at = line.lowerBound
    while at <= last {
      if TextScanner.equals(bytes, at, word) { return at }
      at += 1
    }
    return nil
  }

  private static func parsePerf(_ bytes: RawSpan, _ line: Range<Int>) -> TextLoss? {
    let wanted: StaticString = "PERF_RECORD_LOST"
    let count = wanted.utf8CodeUnitCount
    var at = line.lowerBound
    while at + count <= line.upperBound, at < line.lowerBound + 96 {
      if bytes.u8(at: at) == UInt8(ascii: "P"), TextScanner.equals(bytes, at, wanted) {
        return lossOfPerf(bytes, line, from: at + count)
      }
      at += 1
    }
    return nil
  }

  /// The CPU stands in brackets before, the number behind.
  private static func lossOfPerf(_ bytes: RawSpan, _ line: Range<Int>, from: Int) -> TextLoss? {
    var scanner = TextScanner(bytes, at: from, end: line.upperBound)
    _ = scanner.skip("_SAMPLES")
    scanner.skipBlanks()
    guard scanner.skip("lost ") else { return nil }
    scanner.skipBlanks()
    let count = scanner.decimal()
    var at = line.lowerBound
    while at < from {
      if bytes.u8(at: at) == UInt8(ascii: "[") {
        var scanner = TextScanner(bytes, at: at + 1, end: from)
        if let cpu = scanner.decimal(), scanner.skip(UInt8(ascii: "]")),
          cpu < UInt64(TextLog.mostCPUs)
        {
          return TextLoss(cpu: Int(cpu), count: count)
        }
      }
      at += 1
    }
    return nil
  }
}
