internal import TraceBytes

/// A trace whose records come in order already: one after the other, whatever their CPU.
///
/// Text is such a trace: the program that printed it has merged the CPUs.
public protocol OrderedRecordSource: AnyObject {
  /// What the current records lie in. Lent until `next` is called.
  var bytes: RawSpan { @_lifetime(borrow self) get }
  /// The current records, after `next` has said that there are some.
  var records: [OrderedRecord] { get }
  /// Goes on.
  func next() -> OrderedItem
}

/// A record of an ordered trace.
public struct OrderedRecord: Sendable, BitwiseCopyable {
  /// The record.
  public var record: Record
  /// Its stream.
  public var stream: Int

  /// Pairs a record with its stream.
  public init(_ record: Record, stream: Int) {
    self.record = record
    self.stream = stream
  }
}

/// What comes next in an ordered trace.
public enum OrderedItem: Sendable {
  /// Some records: at least one. Within one stream their times do not go back.
  case records
  /// Events of a stream were lost right here; `after` is the time of its last record.
  case lost(Loss, stream: Int, after: UInt64?)
  /// The time of a stream's next record lies before that of its last one.
  case clockWentBack(to: UInt64, from: UInt64, stream: Int)
  /// Something could not be read.
  case damaged(String, at: UInt64)
  /// Bytes were read, and the next item may take a while.
  case progress(bytes: Int)
  /// Nothing more.
  case end
}
