/// How the recorder's time stamps become nanoseconds, where the trace tells it.
///
/// Source: trace-cmd's option TSC2NSEC: ns = (cycles × multiplier) >> shift + offset.
public struct ClockConversion: Sendable {
  let multiplier: UInt64
  let shift: UInt64
  let offset: Int64

  /// Makes a conversion.
  ///
  /// A multiplier of 1 and a shift of 0 leave the unit alone.
  ///
  /// - Parameters:
  ///   - multiplier: of the recorder's time stamps.
  ///   - shift: at most 63 counts; more would shift everything out.
  ///   - offset: added behind, in nanoseconds.
  public init(multiplier: UInt32 = 1, shift: UInt32 = 0, offset: Int64) {
    self.multiplier = UInt64(multiplier)
    self.shift = UInt64(min(shift, 63))
    self.offset = offset
  }

  /// Converts one time stamp; saturates instead of wrapping.
  public func nanoseconds(_ time: UInt64) -> UInt64 {
    let product = time.multipliedFullWidth(by: multiplier)
    let scaled: UInt64
    if shift == 0 {
      scaled = product.high == 0 ? product.low : .max
    } else if product.high >> shift != 0 {
      scaled = .max
    } else {
      scaled = product.high << (64 - shift) | product.low >> shift
    }
    if offset >= 0 {
      let (sum, overflow) = scaled.addingReportingOverflow(UInt64(offset))
      return overflow ? .max : sum
    }
    let back = offset.magnitude
    return scaled > back ? scaled - back : 0
  }
}

/// What a walk makes of time stamps: a type for each way, so that a loop need not ask for every record.
protocol TraceClock {
  func time(_ timestamp: UInt64) -> UInt64
}

/// Time stamps stay as they are.
struct RecordedClock: TraceClock {
  @inline(__always)
  func time(_ timestamp: UInt64) -> UInt64 { timestamp }
}

extension ClockConversion: TraceClock {
  @inline(never)
  func time(_ timestamp: UInt64) -> UInt64 { nanoseconds(timestamp) }
}
