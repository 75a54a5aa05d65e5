import KVMTimeline
import RingBuffer
import TraceBytes

/// The records of a log that can be read only once, of which some cannot be moved in time.
///
/// What can be read again is looked at before anything is judged. Here it shows only when such an event comes: it is
/// left out, counts as lost, and is said.
final class MovedRecords: OrderedRecordSource {
  private let source: any OrderedRecordSource
  private let shift: TimeShift
  private let movable: Range<UInt64>
  private var hasSaid = false
  /// By stream: events left out that were not told of yet.
  private var leftOut: [Int: UInt64] = [:]
  /// What must be given out before the source is asked again, the last one first.
  private var pending: [OrderedItem] = []

  /// The records of a source that has not begun.
  init(_ source: any OrderedRecordSource, _ shift: TimeShift) {
    self.source = source
    self.shift = shift
    movable = shift.movable
  }

  private(set) var records: [OrderedRecord] = []

  var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // Held in a `let` of this source.
      let source = self.source
      return lend(source.bytes, heldBy: self)
    }
  }

  func next() -> OrderedItem {
    while true {
      if let item = pending.popLast() { return item }
      let item = source.next()
      switch item {
      case .records: take()
      case .clockWentBack(let time, _, _) where !movable.contains(time): break
      case .lost(let loss, let stream, let time?) where !movable.contains(time):
        return .lost(loss, stream: stream, after: nil)
      case .end where !leftOut.isEmpty:
        pending.append(.end)
        tellLoss()
      default: return item
      }
    }
  }

  private func take() {
    records = source.records
    for record in records where !movable.contains(record.record.timestamp) {
      if leftOut.isEmpty && !hasSaid { say(record.record.timestamp) }
      leftOut[record.stream, default: 0] += 1
    }
    records.removeAll { !movable.contains($0.record.timestamp) }
    guard !records.isEmpty else { return }
    pending.insert(.records, at: 0)
    if !leftOut.isEmpty { tellLoss() }
  }

  /// What was left out is lost before whatever comes next.
  private func tellLoss() {
    for (stream, count) in leftOut.sorted(by: { $0.key > $1.key }) {
      pending.append(.lost(.counted(count), stream: stream, after: nil))
    }
    leftOut.removeAll()
  }

  private func say(_ time: UInt64) {
    hasSaid = true
    let why = shift.problem(first: Int128(time), last: Int128(time)) ?? ""
    pending.append(.damaged("events that cannot be moved are left out: \(why)", at: 0))
  }
}
