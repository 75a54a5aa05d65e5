/// How the inputs of a command belong together.
public struct InputOptions: Sendable {
  /// A span of time that is added to all times of an input; may be negative.
  public struct TimeOffset: Sendable, Equatable {
    /// Where the input counts nanoseconds.
    public var nanoseconds: Int64
    /// Where it counts ticks.
    public var ticks: Int64

    /// Makes an offset.
    public init(nanoseconds: Int64, ticks: Int64) {
      self.nanoseconds = nanoseconds
      self.ticks = ticks
    }

    /// None.
    public static let zero = TimeOffset(nanoseconds: 0, ticks: 0)
  }

  /// The inputs are the parts of one recording.
  public var isMerged = false
  /// By input; none for those beyond the list.
  public var timeOffsets: [TimeOffset] = []
  /// Whether inputs are walked more than once: a log that comes from a pipe is kept in a temporary
  /// file then.
  public var isReadTwice = true
  /// How many threads may work for a walk: at least one.
  ///
  /// Results do not depend on it.
  public var threads = 1

  /// Separate recordings, as they are.
  public init() {}

  /// Separate recordings, walked so often.
  public init(isReadTwice: Bool) { self.isReadTwice = isReadTwice }

  func offset(of input: Int) -> TimeOffset {
    timeOffsets.indices.contains(input) ? timeOffsets[input] : .zero
  }
}
