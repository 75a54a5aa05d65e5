/// How much of each thing a file may have before the rest is left out.
///
/// Each is far beyond any real recording. Packed bytes can announce a thousand times their own
/// number of things, so without limits a small file could ask for any amount of memory.
enum Limits {
  /// Event formats: event ids have 16 bits.
  static let formats = 1 << 16
  /// Options of all sections together.
  static let options = 1 << 16
  /// Sections of options: real files have one per buffer and one more.
  static let optionSections = 1024
  /// Bytes that a packed section of options may unpack to.
  ///
  /// trace-cmd never packs them.
  static let optionSectionSize = 1 << 20
  /// Names of tasks.
  static let commands = 1 << 20
  /// CPUs of all buffers together: a kernel has 8192 at most.
  static let streams = 1 << 16
  /// CPUs with statistics.
  static let statistics = 1 << 16
}
