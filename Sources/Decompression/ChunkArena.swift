internal import Glibc

/// One stretch of memory with a slot for each of many chunks, so that all of them can be read through one span.
///
///     ├─ slot 0 ─────────┼─ slot 1 ─────────┼─ slot 2 …
///     │ chunk  (unused)  │ chunk  (unused)  │
///
/// The address space is reserved at once and never moves; memory is only taken where chunks were unpacked.
@safe
public final class ChunkArena {
  /// The bytes of a slot.
  public let slotSize: Int
  /// How many slots there are.
  public let slotCount: Int
  private let start: UnsafeMutableRawPointer

  /// Reserves slots; nil when the address space does not allow for them.
  public init?(slotCount: Int, slotSize: Int) {
    let (size, overflow) = slotCount.multipliedReportingOverflow(by: slotSize)
    guard slotCount > 0, slotSize > 0, !overflow, size <= 1 << 42 else { return nil }
    // SAFETY: a fresh private mapping without a file; its address is checked against MAP_FAILED.
    let address = unsafe mmap(
      nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else { return nil }
    self.slotCount = slotCount
    self.slotSize = slotSize
    unsafe start = address
  }

  deinit {
    // SAFETY: the mapping made in `init`; no span outlives its owner, and buffers in slots hold it.
    unsafe munmap(start, slotCount * slotSize)
  }

  /// All slots; what no chunk was unpacked into reads as zeros.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // SAFETY: the mapping has so many bytes and lives as long as `self`, which the result borrows.
      let span = unsafe RawSpan(_unsafeStart: start, byteCount: slotCount * slotSize)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Where a slot's memory begins, for a buffer that holds this arena.
  func address(ofSlot slot: Int) -> UnsafeMutableRawPointer {
    precondition(slot >= 0 && slot < slotCount, "there is no slot \(slot)")
    // SAFETY: checked above: inside the mapping.
    return unsafe start + slot * slotSize
  }
}
