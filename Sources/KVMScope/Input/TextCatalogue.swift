import EventFormat
import KVMEvents
import TraceContainer

/// The catalogue of a log of text: its events are laid out by kvmscope itself.
enum TextCatalogue {
  /// The fields that hold a signed number.
  private static let signed: Set<String> = [
    "errno", "prev_pid", "next_pid", "child_pid", "pid", "old_pid", "err",
  ]

  static func make(_ log: TextLog) -> EventCatalogue {
    let text = FieldDescription(dynamicText: "text", offset: TextRecordLayout.textWord)
    let declarations = log.declarations.list.enumerated().dropFirst().map { number, declared in
      let slots = declared.fields.map { slot, name in
        (
          slot: slot,
          field: FieldDescription(
            number: name, isSigned: signed.contains(name),
            offset: TextRecordLayout.offset(ofSlot: slot))
        )
      }
      return EventDeclaration(
        event: EventDescription(
          id: number, system: declared.system, name: declared.name,
          fields: slots.map(\.field) + [text]),
        kind: declared.kind, slots: slots)
    }
    return EventCatalogue(Array(declarations), text: text)
  }
}
