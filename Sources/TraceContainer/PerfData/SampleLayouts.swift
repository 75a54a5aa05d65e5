internal import TraceBytes

/// Finds a sample's layout by the id that it carries.
struct SampleLayouts {
  /// All layouts, each once.
  private(set) var layouts: [SampleLayout] = []
  /// Where samples carry their ids, or -1: then all have the first layout.
  let idPlace: Int
  /// What the first records that are no samples look like that say where they belong.
  private let trailer: SampleLayout?
  /// By id, minus the lowest: number of its layout, plus 1; for ids that lie close together.
  private(set) var dense: [UInt16] = []
  private(set) var lowest: UInt64 = 0
  private var sparse: [(id: UInt64, layout: UInt16)] = []
  /// Samples cannot be told apart: they carry ids at different places.
  let isAmbiguous: Bool

  /// Ids that lie further apart are searched for.
  private static let mostDense: UInt64 = 1 << 20

  init(_ attributes: [PerfAttribute]) {
    var numbers: [UInt16] = []
    for attribute in attributes {
      let layout = SampleLayout(attribute)
      if let known = layouts.firstIndex(of: layout) {
        numbers.append(UInt16(known))
      } else if layouts.count < 256 {
        numbers.append(UInt16(layouts.count))
        layouts.append(layout)
      } else {
        numbers.append(0)
      }
    }
    let places = Set(layouts.map(\.identifier))
    isAmbiguous = places.count > 1
    // With one layout nothing needs to be looked up.
    idPlace = layouts.count > 1 && !isAmbiguous ? places.first ?? -1 : -1
    trailer = layouts.first { $0.trailerSize > 0 }
    guard idPlace >= 0 else { return }
    var pairs: [(id: UInt64, layout: UInt16)] = []
    for (attribute, number) in zip(attributes, numbers) {
      for id in attribute.ids { pairs.append((id, number)) }
    }
    pairs.sort { ($0.id, $0.layout) < ($1.id, $1.layout) }
    guard let first = pairs.first, let last = pairs.last else { return }
    lowest = first.id
    if last.id - first.id < Self.mostDense {
      dense = [UInt16](repeating: 0, count: Int(last.id - first.id) + 1)
      for pair in pairs.reversed() { dense[Int(pair.id - lowest)] = pair.layout + 1 }
    } else {
      sparse = pairs
    }
  }

  /// How a record that is no sample ends; nil when it does not say where it belongs.
  func trailer(_ bytes: RawSpan, _ record: Range<Int>, _ order: ByteOrder) -> SampleLayout? {
    guard var trailer else { return nil }
    if trailer.trailerHasID, layouts.count > 1, record.count >= 16 {
      // perf's own event for such records (DUMMY) has other parts than tracepoints have.
      let number = number(of: bytes.u64(at: record.upperBound - 8, order))
      if number > 0 { trailer = layouts[Int(number) - 1] }
    }
    return record.count >= 8 + trailer.trailerSize ? trailer : nil
  }

  /// The layout that has an id: its number plus 1; 0 for an unknown id.
  func number(of id: UInt64) -> UInt16 {
    // perf gives the id 0 to records that it made up itself.
    if id == 0 { return 1 }
    if !dense.isEmpty {
      let place = id &- lowest
      return place < UInt64(dense.count) ? dense[Int(place)] : 0
    }
    var low = 0
    var high = sparse.count
    while low < high {
      let middle = low + (high - low) / 2
      if sparse[middle].id < id { low = middle + 1 } else { high = middle }
    }
    return low < sparse.count && sparse[low].id == id ? sparse[low].layout + 1 : 0
  }
}
