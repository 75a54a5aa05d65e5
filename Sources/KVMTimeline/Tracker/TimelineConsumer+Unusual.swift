import EventFormat
import KVMEvents
import RingBuffer

/// The long ways for records that few kernels write.
extension TimelineConsumer {
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
