internal import Glibc
public import TraceBytes

/// Where a report goes: a file descriptor behind a buffer, or memory.
///
/// A failed write is remembered and the rest is dropped, so that reports need not check every byte: whoever owns the
/// sink looks at `failure` in the end, and long loops look at `isOpen` from time to time.
public final class ByteSink {
  private static let bufferSize = 1 << 17

  private let descriptor: OutputDescriptor?
  private var buffer: [UInt8] = []

  /// The `errno` of the first write that failed; nil when none did.
  ///
  /// A reader who has gone away (EPIPE) is no failure.
  public private(set) var failure: CInt?
  /// Whether somebody still takes the bytes.
  public private(set) var isOpen = true

  /// Makes a sink that writes to a descriptor.
  public init(_ descriptor: OutputDescriptor) {
    self.descriptor = descriptor
    buffer.reserveCapacity(Self.bufferSize + 4096)
  }

  /// Makes a sink that keeps everything, for `bytes` or `text`.
  public init() {
    descriptor = nil
  }

  /// What was written so far and not yet handed to the descriptor; everything for a sink in memory.
  public var bytes: [UInt8] { buffer }

  /// `bytes` as text.
  public var text: String { String(decoding: buffer, as: UTF8.self) }

  /// Appends text.
  public func write(_ text: String) {
    buffer.append(contentsOf: text.utf8)
    flushIfFull()
  }

  /// Appends one byte.
  public func write(_ byte: UInt8) {
    buffer.append(byte)
    flushIfFull()
  }

  /// Appends bytes.
  public func write(_ bytes: some Sequence<UInt8>) {
    buffer.append(contentsOf: bytes)
    flushIfFull()
  }

  /// Appends many bytes: as far as they are going on at once, without a copy.
  public func write(_ bytes: borrowing RawSpan) {
    guard let descriptor else { return keep(bytes) }
    flush()
    if isOpen { note(descriptor.write(bytes)) }
  }

  private func keep(_ bytes: borrowing RawSpan) {
    for offset in 0..<bytes.byteCount { buffer.append(bytes.u8(at: offset)) }
  }

  /// Appends a number in decimal.
  public func write(decimal value: UInt64) {
    append { $0.append(decimal: value) }
  }

  /// Appends whatever `body` appends: one access to the buffer for many small pieces.
  @inline(__always)
  func append(_ body: (inout [UInt8]) -> Void) {
    body(&buffer)
    flushIfFull()
  }

  /// Hands everything to the descriptor.
  public func flush() {
    guard let descriptor else { return }
    if isOpen, !buffer.isEmpty {
      note(descriptor.write(buffer))
    }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Takes what a write said: 0, or an `errno`.
  private func note(_ code: CInt) {
    guard code != 0 else { return }
    isOpen = false
    failure = code == EPIPE ? nil : code
  }

  private func flushIfFull() {
    if descriptor != nil, buffer.count >= Self.bufferSize { flush() }
  }
}

extension [UInt8] {
  /// Appends a number in decimal.
  mutating func append(decimal value: UInt64) {
    // From the last digit on: the largest number has 20.
    var digits = InlineArray<20, UInt8>(repeating: 0)
    var first = digits.count
    var rest = value
    repeat {
      first -= 1
      digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
    for at in first..<digits.count { append(digits[at]) }
  }
}
