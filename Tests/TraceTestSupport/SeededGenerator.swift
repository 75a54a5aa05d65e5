internal import Glibc

/// Random numbers that a seed repeats, so that a failure can be seen again.
///
/// Set KVMSCOPE_SEED to the number that a failed run printed.
public struct SeededGenerator: RandomNumberGenerator {
  /// What all numbers follow from.
  public let seed: UInt64
  /// SplitMix64's counter.
  private var state: UInt64

  /// Numbers that follow from `seed`.
  public init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  /// Numbers from a seed that is new in every run, printed with the name of the test.
  public init(for test: String) {
    self.init(seed: SeededGenerator.chosenSeed ?? UInt64.random(in: 1...UInt64(UInt32.max)))
    print("\(test): KVMSCOPE_SEED=\(seed)")
  }

  /// The seed of the environment.
  private static var chosenSeed: UInt64? {
    // SAFETY: nobody changes the environment while tests run; the text is copied at once.
    guard let text = unsafe getenv("KVMSCOPE_SEED") else { return nil }
    return UInt64(unsafe String(cString: text))
  }

  /// The next number (SplitMix64).
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }

  /// `count` random bytes.
  public mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
  }
}
