import EventFormat
import KVMEvents
import KVMTimeline
import TraceContainer

extension OpenedTrace {
  /// The events by the catalogue's numbers, with all fields and the names that a walk has brought to light.
  var namedEvents: [EventDescription] {
    makeFullCatalogue().events.enumerated().map { number, event in
      guard event.name.isEmpty else { return event }
      let (system, name) = eventName(number)
      return EventDescription(id: event.id, system: system, name: name, fields: event.fields)
    }
  }

  /// By the catalogue's numbers: whether the event would be there if it had happened.
  ///
  /// - Parameter counts: how often each was seen in a whole walk.
  /// - Returns: one answer for each event.
  func isRecorded(_ counts: [UInt64]) -> [Bool] {
    switch recording {
    case .perfData(let file):
      let recorded = file.recordedEvents
      return catalogue.events.map { $0.id >= 0 && recorded.contains(UInt64($0.id)) }
    case .traceDat(let file) where file.formatsAreOfWholeKernel:
      // There is a format for everything: what was seen was recorded, and what goes with it.
      let records = records
      return catalogue.descriptors.enumerated().map { number, descriptor in
        (counts.indices.contains(number) && counts[number] > 0)
          || (descriptor.kind != .other && records.contains(descriptor.kind))
      }
    case .traceDat(let file):
      let off = file.eventsSwitchedOff ?? []
      return catalogue.events.map { $0.id >= 0 && !off.contains("\($0.system):\($0.name)") }
    case .text: return isRecordedInText(counts)
    }
  }

  /// In a log of text one event has several numbers, by the fields that its lines show.
  ///
  /// Those that were seen count; of an event that was not, but would have been, the one with all fields.
  private func isRecordedInText(_ counts: [UInt64]) -> [Bool] {
    var seen: Set<String> = []
    for (number, count) in counts.enumerated() where count > 0 {
      seen.insert(eventName(number).name)
    }
    let records = records
    return zip(catalogue.events, catalogue.descriptors).enumerated().map { number, item in
      if counts.indices.contains(number), counts[number] > 0 { return true }
      let (event, descriptor) = item
      guard !event.name.isEmpty, descriptor.kind != .other, records.contains(descriptor.kind) else {
        return false
      }
      return seen.insert(event.name).inserted
    }
  }
}
