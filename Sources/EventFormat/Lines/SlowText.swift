import TraceBytes

/// What programs leave to others: the evaluator, and the renderer.
///
/// It takes turns with the programs, and keeps its bytes until they are copied.
final class SlowText {
  private let renderer: EventTextRenderer
  /// What was made last.
  private(set) var bytes: [UInt8] = []

  init(_ renderer: EventTextRenderer) { self.renderer = renderer }

  /// One conversion of a record.
  @inline(never)
  func evaluate(
    _ piece: (conversion: PrintConversion, argument: PrintExpression), in block: RawSpan,
    _ place: RecordPlace
  ) {
    bytes.removeAll(keepingCapacity: true)
    let record = RecordView(
      block, base: place.offset, length: place.length, order: renderer.order)
    PrintEvaluator(record, longSize: renderer.longSize, symbols: renderer.symbols)
      .append(piece.conversion, piece.argument, to: &bytes)
  }

  /// A number in an uncommon format.
  @inline(never)
  func format(_ value: UInt64, _ conversion: PrintConversion) {
    bytes.removeAll(keepingCapacity: true)
    conversion.append(PrintValue(value, isSigned: false, isWide: true), to: &bytes)
  }

  /// An exit reason that no table has.
  @inline(never)
  func name(exitReason: UInt64, isa: UInt64) {
    bytes.removeAll(keepingCapacity: true)
    EventTextRenderer.append(reason: exitReason, isa: isa, to: &bytes)
  }

  /// All that a record says.
  @inline(never)
  func render(_ block: RawSpan, _ place: RecordPlace) {
    bytes.removeAll(keepingCapacity: true)
    renderer.append(
      number: place.number, block: block, offset: place.offset, length: place.length, to: &bytes)
  }

  /// Makes what a program wrote fit for a line, as the renderer does.
  @inline(never)
  func makeSafe(_ text: RawSpan, _ range: Range<Int>) {
    bytes.removeAll(keepingCapacity: true)
    bytes.append(text, range)
    while bytes.last == 10 { bytes.removeLast() }
    SafeText.sanitize(&bytes, from: 0)
  }
}

/// Where a record is, and what event it is of.
struct RecordPlace: BitwiseCopyable {
  /// The event's number in the catalogue.
  let number: Int
  /// Where the payload begins in its block.
  let offset: Int
  /// The payload's bytes.
  let length: Int
}
