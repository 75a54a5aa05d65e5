import TraceChecks

/// Writes rows of comma-separated values (RFC 4180, but with line feeds alone, as every tool of this field expects).
///
/// Text from a trace is made harmless for a terminal; a value with a comma, a quote or a space at its edge is quoted.
struct CSVWriter {
  private let sink: ByteSink
  private var isFirst = true

  init(_ sink: ByteSink) { self.sink = sink }

  /// The first row.
  mutating func header(_ names: String) {
    sink.write(names)
    endRow()
  }

  mutating func field(_ value: String?) {
    separate()
    guard let value else { return }
    let text = Printable.escaped(value)
    let needsQuotes =
      text.utf8.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") }
      || text.utf8.first == UInt8(ascii: " ") || text.utf8.last == UInt8(ascii: " ")
    guard needsQuotes else { return sink.write(text) }
    sink.write(UInt8(ascii: "\""))
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") { sink.write(byte) }
      sink.write(byte)
    }
    sink.write(UInt8(ascii: "\""))
  }

  mutating func field(_ value: UInt64?) {
    separate()
    if let value { sink.write(decimal: value) }
  }

  mutating func field(_ value: (some SignedInteger & FixedWidthInteger)?) {
    separate()
    guard let value else { return }
    if value < 0 { sink.write(UInt8(ascii: "-")) }
    sink.write(decimal: UInt64(value.magnitude))
  }

  mutating func field(_ value: Bool?) {
    field(value.map { $0 ? "true" : "false" })
  }

  /// One row for each input that could not be read: its path in the first of so many columns, and the reason behind the
  /// last.
  mutating func rows(of traces: [UnreadableTrace], columns: Int) {
    for trace in traces {
      field(trace.path)
      for _ in 1..<columns { field(nil as String?) }
      field(trace.reason)
      endRow()
    }
  }

  mutating func endRow() {
    sink.write(UInt8(ascii: "\n"))
    isFirst = true
  }

  private mutating func separate() {
    if !isFirst { sink.write(UInt8(ascii: ",")) }
    isFirst = false
  }
}
