public import KVMEvents

/// An event that no format text declares: kvmscope itself lays out its records.
public struct EventDeclaration: Sendable {
  /// Its name, fields and number.
  ///
  /// Numbers must count up from 1 without gaps.
  public var event: EventDescription
  /// What it means.
  public var kind: EventKind
  /// Where the fields that the kind's schema asks for stand.
  public var slots: [(slot: Int, field: FieldDescription)]

  /// Declares an event.
  public init(
    event: EventDescription, kind: EventKind, slots: [(slot: Int, field: FieldDescription)]
  ) {
    self.event = event
    self.kind = kind
    self.slots = slots
  }
}

extension EventCatalogue {
  /// The events of a log of text, whose records are laid out alike and hold the log's own words.
  ///
  /// - Parameters:
  ///   - declarations: by number, from 1 on.
  ///   - text: the field that holds what the log says of each event.
  public init(_ declarations: [EventDeclaration], text: FieldDescription) {
    self.init(isBigEndian: false)
    self.text = text
    for declaration in declarations {
      var layouts = FieldLayouts()
      var length = text.offset + text.size
      for (slot, field) in declaration.slots {
        guard let layout = Self.layout(of: field) else { continue }
        layouts[slot] = layout
        length = max(length, layout.end)
      }
      append(
        declaration.event,
        EventDescriptor(kind: declaration.kind, minimumLength: length, fields: layouts))
    }
  }
}
