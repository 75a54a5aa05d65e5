internal import TraceBytes

/// What stands before the fields of an event in a line of text, and where the fields are.
///
///     CPU 0/KVM-4870    [001] d..2.  3429.923164: kvm_entry:   vcpu 0, rip 0xfff0
///     ├─comm──┤ thread   cpu          time        name         ├─── tail ───┤
///
/// Ranges are positions in the bytes that the line was read from; they may be empty.
struct TextLineHead {
  /// Who named the line: an instance or a file (`kv:`); without the colon.
  var buffer = 0..<0
  /// The task's name, without blanks around it.
  var comm = 0..<0
  /// The thread; nil where the line does not tell it.
  var thread: Int32?
  /// The number of the thread may be that of its process: perf script prints both alike.
  var mayBeProcess = false
  /// The process that the thread belongs to, where the line tells it.
  var process: Int32?
  var cpu = 0
  /// In nanoseconds, or in ticks.
  var time: UInt64 = 0
  var isTicks = false
  /// The time counts from the trace's begin (the latency format).
  var isRelative = false
  /// The event's system; empty where the line does not tell it.
  var system = 0..<0
  var name = 0..<0
  var tail = 0..<0
}

/// A line that tells of lost events.
struct TextLoss {
  /// The CPU.
  var cpu: Int
  /// nil when nobody counted them.
  var count: UInt64?
}
