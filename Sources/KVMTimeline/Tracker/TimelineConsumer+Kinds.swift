import EventFormat
import KVMEvents
import RingBuffer

/// One function per frequent kind of event, for threads with one vCPU.
///
/// Each reads the record's fields where they lie.
extension TimelineConsumer {
  @inline(never)
  mutating func entry(_ record: RawSpan, _ number: UInt16, _ time: UInt64) {
    if tracker.entryOfSole(RecordFields(record, events.layouts(number)), at: time) { return }
    uncommon(.entry, record, number, time)
  }

  @inline(never)
  mutating func exit(_ record: RawSpan, _ number: UInt16, _ time: UInt64) {
    if tracker.exitOfSole(RecordFields(record, events.layouts(number)), at: time) { return }
    uncommon(.exit, record, number, time)
  }

  @inline(never)
  mutating func nestedExit(_ record: RawSpan, _ number: UInt16, _ time: UInt64) {
    if tracker.nestedExitOfSole(RecordFields(record, events.layouts(number)), at: time) { return }
    uncommon(.nestedExit, record, number, time)
  }

  @inline(never)
  mutating func emulate(_ record: RawSpan, _ number: UInt16, _ time: UInt64) {
    tracker.emulateOnSole(RecordFields(record, events.layouts(number)), at: time)
  }

  @inline(never)
  mutating func fpu(_ record: RawSpan, _ number: UInt16, _ time: UInt64) {
    tracker.fpuOfSole(RecordFields(record, events.layouts(number)), at: time)
  }

  /// Any event that the functions above are not for.
  @inline(never)
  mutating func uncommon(_ kind: EventKind, _ record: RawSpan, _ number: UInt16, _ time: UInt64) {
    tracker.handleHere(kind, RecordFields(record, events.layouts(number)), at: time)
  }

  /// A record of a trace that stores the common fields or its numbers as few kernels do.
  @inline(never)
  mutating func takeUnusual(_ record: Record, in block: RawSpan) {
    let (id, thread) = catalogue.header(in: block, at: record.offset)
    let number = catalogue.number(of: id)
    counts.add(number)
    guard record.length >= Int(catalogue.descriptors[number].minimumLength) else {
      return isShort(record.timestamp)
    }
    tracker.touch(thread: thread, at: converted(record.timestamp))
    if catalogue.descriptors[number].kind != .other { takeUnpacked(record, in: block) }
  }

  /// The fields of a record that cannot be read by packed layouts: all are copied out of it.
  @inline(never)
  mutating func takeUnpacked(_ record: Record, in block: RawSpan) {
    let descriptor = catalogue.descriptors[
      catalogue.number(of: catalogue.header(in: block, at: record.offset).id)]
    var event = StoredEvent(descriptor.kind)
    for slot in 0..<EventSchema.maximumSlots where descriptor.fields[slot].isPresent {
      event.set(
        slot,
        descriptor.fields[slot].read(
          in: block, at: record.offset, isBigEndian: catalogue.isBigEndian))
    }
    tracker.handleHere(event.kind, event, at: converted(record.timestamp))
  }
}
