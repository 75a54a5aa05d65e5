/// A table for people: columns as wide as their widest cell, made to fit a line.
///
/// What does not fit loses, in this order: whole columns that may be left out, from the least wanted on; then the end of
/// the cells in the one flexible column.
struct Table {
  /// One column.
  struct Column {
    /// Its heading; may be empty.
    var title: String
    /// Numbers stand right.
    var isNumber: Bool
    /// Columns with the highest number go first when room is short; nil stays.
    var leaveOut: Int?
    /// Whether its cells may be cut.
    var isFlexible: Bool

    /// A column of text.
    static func text(_ title: String, isFlexible: Bool = false) -> Column {
      Column(title: title, isNumber: false, leaveOut: nil, isFlexible: isFlexible)
    }

    /// A column of numbers.
    static func number(_ title: String, leaveOut: Int? = nil) -> Column {
      Column(title: title, isNumber: true, leaveOut: leaveOut, isFlexible: false)
    }
  }

  private static let gap = 2
  /// The flexible column is cut to this before other columns go, and further only when none is left to go.
  private static let comfortable = 30
  private static let leastFlexible = 12

  let columns: [Column]
  let margin: String
  private var rows: [[Cell]] = []

  /// Text and its width, which is asked for again and again.
  private struct Cell {
    let text: String
    let width: Int

    init(_ text: String) {
      self.text = text
      width = text.width
    }

    /// Text that may hold anything that a trace does.
    init(escaping text: String) {
      let isPlain = Printable.isPlain(text)
      self.text = isPlain ? text : Printable.escaped(text)
      width = isPlain ? text.utf8.count : self.text.width
    }

    /// The cell, with an ellipsis for what goes beyond a width.
    func cut(to width: Int) -> Cell {
      self.width <= width ? self : Cell(text.prefix(max(0, width - 1)) + "…")
    }
  }

  init(_ columns: [Column], margin: String = "  ") {
    self.columns = columns
    self.margin = margin
  }

  var isEmpty: Bool { rows.isEmpty }

  /// Adds a row; cells may hold anything that a trace does.
  mutating func add(_ cells: [String]) {
    rows.append(cells.map { Cell(escaping: $0) })
  }

  func write(to sink: ByteSink, style: TextStyle) {
    var widths = columns.indices.map { column in
      rows.reduce(columns[column].title.width) { max($0, column < $1.count ? $1[column].width : 0) }
    }
    let shown = fit(&widths, into: style.width)
    if shown.contains(where: { !columns[$0].title.isEmpty }) {
      let titles = line(columns.map { Cell($0.title) }, shown, widths)
      sink.write(style.dim(String(decoding: titles, as: UTF8.self)) + "\n")
    }
    for row in rows {
      sink.write(line(row, shown, widths))
      sink.write(UInt8(ascii: "\n"))
    }
  }

  /// Chooses the columns to show, and narrows the flexible one.
  private func fit(_ widths: inout [Int], into width: Int) -> [Int] {
    var shown = Array(columns.indices)
    func total() -> Int { shown.reduce(margin.width - Self.gap) { $0 + widths[$1] + Self.gap } }
    let flexible = columns.firstIndex(where: \.isFlexible)
    // What the flexible column can give, before a column goes.
    func surplus() -> Int { flexible.map { max(0, widths[$0] - Self.comfortable) } ?? 0 }
    while total() - surplus() > width,
      let least = shown.filter({ columns[$0].leaveOut != nil }).max(by: {
        (columns[$0].leaveOut ?? 0) < (columns[$1].leaveOut ?? 0)
      })
    {
      shown.removeAll { $0 == least }
    }
    if let flexible, total() > width {
      widths[flexible] = max(Self.leastFlexible, widths[flexible] - (total() - width))
    }
    return shown
  }

  /// One line, put together from bytes: lines of tables are most of what a report on many vCPUs costs.
  private func line(_ cells: [Cell], _ shown: [Int], _ widths: [Int]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(256)
    text.append(contentsOf: margin.utf8)
    for (position, column) in shown.enumerated() {
      if position > 0 { text.append(spaces: Self.gap) }
      let cell = column < cells.count ? cells[column].cut(to: widths[column]) : Cell("")
      let space = max(0, widths[column] - cell.width)
      if columns[column].isNumber { text.append(spaces: space) }
      text.append(contentsOf: cell.text.utf8)
      if !columns[column].isNumber { text.append(spaces: space) }
    }
    while text.last == UInt8(ascii: " ") { text.removeLast() }
    return text
  }
}

extension [UInt8] {
  fileprivate mutating func append(spaces count: Int) {
    for _ in 0..<count { append(UInt8(ascii: " ")) }
  }
}
