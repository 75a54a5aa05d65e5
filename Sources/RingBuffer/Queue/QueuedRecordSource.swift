/// A trace whose records are sorted within one CPU at best, and come in rounds.
///
/// Unlike a `CPUStreamSet` it cannot be read CPU by CPU: all records lie in one file, in the order
/// in which the recorder emptied the CPUs' buffers. Records wait in a queue until nothing earlier
/// can come.
public protocol QueuedRecordSource: AnyObject {
  /// What the queue's records lie in. Lent until `fill` is called.
  var bytes: RawSpan { @_lifetime(borrow self) get }
  /// The most records that may wait.
  var queueCapacity: Int { get }
  /// Reads on, until some records of the queue are due: up to `queue.bound`.
  ///
  /// - Returns: whether there is more to read after these.
  func fill(_ queue: inout RecordQueue) -> Bool
  /// The turn of a mark has come; whether it stands for a loss.
  func reached(mark: Int) -> Loss
  /// What was lost after the last records of streams; asked for once, at the end.
  func lossesAtEnd() -> [(stream: Int, loss: Loss)]
  /// Bytes read since the last call.
  func progress() -> Int
  /// What could not be read so far, and was not asked for before.
  func newDamage() -> [(offset: UInt64, what: String)]
}
