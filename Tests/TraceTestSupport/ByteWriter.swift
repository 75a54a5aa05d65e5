public import TraceBytes

/// Writes integers and texts one after the other, in either byte order.
public struct ByteWriter: Sendable {
  /// What was written.
  public var bytes: [UInt8] = []
  /// The byte order of integers.
  public let order: ByteOrder

  /// A writer without bytes.
  public init(order: ByteOrder = .little) {
    self.order = order
  }

  /// Bytes written so far.
  public var count: Int { bytes.count }

  /// Writes an integer of any width.
  public mutating func integer<Value: FixedWidthInteger>(_ value: Value) {
    let count = Value.bitWidth / 8
    for index in 0..<count {
      let shift = 8 * (order == .little ? index : count - 1 - index)
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// Writes an integer of `size` bytes.
  public mutating func integer(_ value: UInt64, size: Int) {
    switch size {
    case 2: integer(UInt16(truncatingIfNeeded: value))
    case 4: integer(UInt32(truncatingIfNeeded: value))
    default: integer(value)
    }
  }

  /// Writes a text and the zero byte that ends it.
  public mutating func cString(_ text: String) {
    bytes += Array(text.utf8) + [0]
  }

  /// Writes bytes as they are.
  public mutating func raw(_ more: [UInt8]) {
    bytes += more
  }

  /// Writes zeros up to a multiple of `alignment`.
  public mutating func align(_ alignment: Int) {
    while bytes.count % alignment != 0 { bytes.append(0) }
  }

  /// Replaces the integer at `offset`.
  public mutating func patch<Value: FixedWidthInteger>(_ value: Value, at offset: Int) {
    var writer = ByteWriter(order: order)
    writer.integer(value)
    bytes.replaceSubrange(offset..<offset + writer.count, with: writer.bytes)
  }
}
