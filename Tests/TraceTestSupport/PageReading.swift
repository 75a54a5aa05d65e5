public import RingBuffer

/// All that `SubBufferCursor` says about one sub-buffer.
public struct PageReading: Hashable, Sendable {
  /// The records before the fault, if there is one: offsets from the start of the sub-buffer.
  public var records: [PageBuilder.Expected] = []
  /// What was lost before; nil if the header could not be read.
  public var loss: Loss?
  /// The fault that ended the reading.
  public var fault: PageFault?

  /// Reads the sub-buffer at `page` in `block`.
  public init(_ block: RawSpan, pageAt page: Int = 0, length: Int? = nil, layout: SubBufferLayout) {
    var cursor = SubBufferCursor(layout: layout)
    do throws(PageFault) {
      loss = try cursor.begin(
        pageAt: page, pageLength: length ?? block.byteCount - page, in: block)
      while let record = try cursor.next(in: block) {
        records.append(
          PageBuilder.Expected(
            timestamp: record.timestamp, offset: record.offset - page, length: record.length))
      }
    } catch {
      fault = error
    }
  }

  /// Reads a sub-buffer of its own.
  public init(_ bytes: [UInt8], layout: SubBufferLayout) {
    let held = HeldBytes(bytes)
    self.init(held.span, layout: layout)
  }
}
