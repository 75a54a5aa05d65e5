internal import TraceBytes

/// Writes events as whole lines in the layout of `trace-cmd report -t`, many of them, fast.
///
/// The lines are those of ``EventLine`` and ``EventTextRenderer``. The difference is how: each event's `print fmt` is
/// made into a short program once, when the event is first seen; the program writes bytes straight into a buffer. What
/// has no instruction is left to the renderer's evaluator, conversion by conversion, and so are whole records that are
/// too short for their event. A line takes no allocation, unless its text must be made safe.
///
///     ┌─ kept for thread and CPU ─┬── kept ──┬─────────┬ the program ────────────── …
///     │     nested_mix-354   [000]│    18.   │528329032│: kvm_entry:             vcpu 0 …
///
/// Not for use by several threads at once, and copies write into one buffer: there is to be one only.
public struct EventLineWriter {
  /// How many bytes of lines are gathered.
  public static let bufferSize = 1 << 17

  /// Where lines go, some whole ones at a time; false when nobody takes more.
  private let body: (borrowing RawSpan) -> Bool
  /// Whether somebody still takes the lines.
  public private(set) var isOpen = true

  private let renderer: EventTextRenderer
  private let line: EventLine
  private let comm: (Int32) -> String?
  /// Whether a thread may get another name while lines are written.
  private let namesChange: Bool
  /// What every line begins with.
  private let prefix: [UInt8]
  private let isBigEndian: Bool
  private let isNanoseconds: Bool

  private let output = OutputBuffer(capacity: EventLineWriter.bufferSize)
  /// The bytes of the lines so far.
  private var length = 0
  private var programs: [TextProgram]
  private var code = TextCode()
  private var heads = LineHeads()
  private var seconds = LineSeconds()
  private let slow: SlowText

  /// Prepares to write lines.
  ///
  /// - Parameters:
  ///   - renderer: writes what events say.
  ///   - line: how lines begin.
  ///   - prefix: what stands before each line; must be safe to print.
  ///   - namesChange: whether `comm` may tell another name of a thread later.
  ///   - comm: tells the name of a thread; nil where it has none.
  ///   - body: takes the bytes of some whole lines; false stops.
  public init(
    _ renderer: EventTextRenderer, _ line: EventLine, prefix: [UInt8] = [],
    namesChange: Bool, comm: @escaping (Int32) -> String?,
    _ body: @escaping (borrowing RawSpan) -> Bool
  ) {
    self.renderer = renderer
    self.line = line
    self.prefix = prefix
    self.comm = comm
    self.namesChange = namesChange
    self.body = body
    isBigEndian = renderer.order == .big
    isNanoseconds = line.isNanoseconds
    programs = [TextProgram](repeating: .missing, count: renderer.events.count)
    slow = SlowText(renderer)
  }

  /// Writes the line of an event.
  ///
  /// - Parameters:
  ///   - number: the event's number in the catalogue.
  ///   - time: in what the line counts.
  ///   - thread: whose event it is.
  ///   - stream: a number for what `buffer` and `cpu` say together.
  ///   - buffer: the buffer's number.
  ///   - cpu: the CPU's number.
  ///   - block: the bytes that the record lies in.
  ///   - offset: where its payload begins in `block`.
  ///   - length: the payload's bytes.
  @inline(never)
  public mutating func append(
    number: Int, time: UInt64, thread: Int32, stream: Int, buffer: Int, cpu: Int,
    in block: RawSpan, offset: Int, length: Int
  ) {
    guard isOpen else { return }
    let known = programs.indices.contains(number) ? number : 0
    if !programs[known].isMade { make(known) }
    let head: TextPlace
    if namesChange { forgetOldName(thread, stream) }
    if let found = heads.find(thread, stream) {
      head = found
    } else {
      head = makeHead(thread, stream, buffer: buffer, cpu: cpu)
    }
    let program = programs[known]
    let isWhole =
      offset >= 0 && length >= Int(program.minimumLength) && offset <= block.byteCount
      && length <= block.byteCount &- offset
    let place = RecordPlace(number: number, offset: offset, length: length)
    guard isWhole, head != .none else {
      return appendRendered(place, time, thread, buffer: buffer, cpu: cpu, in: block)
    }
    let most = Self.mostOfHead &+ program.most(length) &+ 1 &+ TextWriter.slack
    if self.length > output.capacity &- most { flush() }
    guard self.length <= output.capacity &- most else {
      return appendRendered(place, time, thread, buffer: buffer, cpu: cpu, in: block)
    }
    seconds.move(to: time)
    var writer = TextWriter(output.room, at: self.length)
    writer.append(heads.bytes.rawBytes, at: Int(head.offset), count: Int(head.count))
    if isNanoseconds { seconds.append(time, to: &writer) } else { writer.append(ticks: time) }
    guard code.write(program, block, place, isBigEndian: isBigEndian, slow, to: &writer) else {
      return appendRendered(place, time, thread, buffer: buffer, cpu: cpu, in: block)
    }
    writer.append(10)
    self.length = writer.at
  }

  /// Head and time: a slot, 22 bytes.
  private static let mostOfHead = LineHeads.slotSize + 32

  /// Writes a line of any length, piece by piece.
  @inline(never)
  private mutating func appendRendered(
    _ place: RecordPlace, _ time: UInt64, _ thread: Int32, buffer: Int, cpu: Int, in block: RawSpan
  ) {
    var bytes = prefix
    line.appendHead(
      buffer: buffer, comm: comm(thread), thread: thread, cpu: cpu, timestamp: time,
      name: renderer.name(of: place.number), to: &bytes)
    renderer.append(
      number: place.number, block: block, offset: place.offset, length: place.length, to: &bytes)
    appendLine(bytes)
  }

  /// Writes the line of a gap; `count` is nil when nobody counted the events.
  public mutating func appendLoss(buffer: Int, cpu: Int, count: UInt64?) {
    guard isOpen else { return }
    var bytes = prefix
    line.appendLoss(buffer: buffer, cpu: cpu, count: count, to: &bytes)
    appendLine(bytes)
  }

  private mutating func appendLine(_ text: [UInt8]) {
    let most = text.count + 1 + TextWriter.slack
    if length > output.capacity - most { flush() }
    if length <= output.capacity - most {
      var writer = TextWriter(output.room, at: length)
      writer.append(text)
      writer.append(10)
      length = writer.at
    } else if isOpen {
      isOpen = body((text + [10]).rawBytes)
    }
  }

  /// Hands on what there is.
  @inline(never)
  public mutating func flush() {
    guard isOpen, length > 0 else { return }
    isOpen = body(output.bytes.extracting(first: length))
    length = 0
  }

  // MARK: What is made once

  @inline(never)
  private mutating func make(_ number: Int) {
    var name: [UInt8] = []
    line.appendName(renderer.name(of: number), to: &name)
    var compiler = TextCompiler(taking: &code)
    programs[number] = compiler.compile(name: name, renderer.layout(of: number))
    swap(&code, &compiler.code)
  }

  @inline(never)
  private mutating func forgetOldName(_ thread: Int32, _ stream: Int) {
    heads.forget(thread, stream, unlessNamed: comm(thread))
  }

  /// Makes what lines of a thread begin with; `none` when it is too long to be kept.
  @inline(never)
  private mutating func makeHead(_ thread: Int32, _ stream: Int, buffer: Int, cpu: Int) -> TextPlace
  {
    var bytes = prefix
    line.appendTask(buffer: buffer, comm: comm(thread), thread: thread, cpu: cpu, to: &bytes)
    heads.keep(bytes, thread, stream, named: comm(thread))
    return heads.find(thread, stream) ?? .none
  }
}
