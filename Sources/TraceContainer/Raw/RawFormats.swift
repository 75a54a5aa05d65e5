internal import TraceBytes

/// The format texts of a directory of bare ring buffers, and which of the events were switched on.
struct RawFormats {
  /// The format texts: those of ftrace's own events first, as trace-cmd has them.
  private(set) var formats: [FormatText] = []
  /// Events that are switched off, as `system:event`; nil where nothing says which are.
  private(set) var switchedOff: Set<String>?

  /// Whether the texts are those of all that a kernel has, and nothing says what was switched on.
  private(set) var areOfWholeKernel = false

  /// Whoever keeps the formats of what was recorded has those of a few systems.
  private static let manySystems = 12
  /// Longer texts are cut: no kernel has such.
  private static let mostBytes = 1 << 20
  /// Of all texts together.
  private static let mostBytesOfAll = 256 << 20

  /// Reads `events/<system>/<event>/format` and `enable` of the top buffer and of instances.
  init(_ directory: RawDirectory) {
    guard let events = directory.events else { return }
    var bytes = 0
    var on: Set<String> = []
    var off: Set<String> = []
    let systems = FileTree.names(in: events).filter { FileTree.isDirectory(events + "/" + $0) }
    for system in systems.filter({ $0 == "ftrace" }) + systems.filter({ $0 != "ftrace" }) {
      for event in FileTree.names(in: "\(events)/\(system)") {
        let path = "\(events)/\(system)/\(event)"
        guard formats.count < Limits.formats, bytes < Self.mostBytesOfAll,
          let text = FileTree.bytes(of: path + "/format", limit: Self.mostBytes), !text.isEmpty
        else { continue }
        bytes += text.count
        formats.append(FormatText(system: system, text: text))
        // ftrace's own events come from tracers, and cannot be switched.
        if system == "ftrace" { continue }
        let name = "\(system):\(event)"
        let places = [path] + directory.buffers.map { "\($0.path)/events/\(system)/\(event)" }
        switch Self.isOn(places) {
        case true?: on.insert(name)
        case false?: off.insert(name)
        case nil: break
        }
      }
    }
    // Where all were switched off before the copy was made, nothing is known of the time before; the
    // same if that was so for KVM's events alone.
    if on.contains(where: { $0.hasPrefix("kvm:") }) { switchedOff = off }
    areOfWholeKernel = switchedOff == nil && Set(formats.map(\.system)).count >= Self.manySystems
  }

  /// What `enable` says in any of the places: `1`, or `1*` with triggers behind it, or `0`.
  private static func isOn(_ places: [String]) -> Bool? {
    var answer: Bool?
    for place in places {
      guard let text = FileTree.bytes(of: place + "/enable", limit: 16), let first = text.first
      else { continue }
      if first == UInt8(ascii: "1") { return true }
      if first == UInt8(ascii: "0") { answer = false }
    }
    return answer
  }
}
