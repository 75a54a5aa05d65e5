internal import KVMTimeline
public import TraceChecks

/// Results as short texts, so that a table can hold what is expected.
extension Replay {
  /// The intervals of the vCPUs that ran, neighbours that differ in neither state nor level joined: `host L1 20, guest L1 10`.
  ///
  /// With several vCPUs each one's begin with its name: `100/0: …| 100/1: …`; an incarnation but the first is named
  /// after a point.
  public var words: String {
    let tracks = tracks
    return tracks.map { track in
      let text = Self.words(intervals(of: track.identity))
      return tracks.count == 1 ? text : "\(Self.name(track.identity)): \(text)"
    }.joined(separator: " | ")
  }

  private static func name(_ vcpu: VCPUIdentity) -> String {
    let number = vcpu.vcpu.map(String.init) ?? "?"
    return "\(vcpu.thread)/\(number)" + (vcpu.incarnation == 0 ? "" : ".\(vcpu.incarnation)")
  }

  private static func words(_ intervals: [Interval]) -> String {
    var parts: [(words: String, length: UInt64)] = []
    for interval in intervals {
      let level =
        switch interval.level {
        case .l1: interval.isSMM ? " SMM" : " L1"
        case .l2: " L2"
        case .unknown: ""
        }
      let words = interval.state.name + level
      let length = interval.end - interval.begin
      if let last = parts.last, last.words == words {
        parts[parts.count - 1].length += length
      } else {
        parts.append((words, length))
      }
    }
    return parts.map { "\($0.words) \($0.length)" }.joined(separator: ", ")
  }

  /// The findings about vCPUs: `l2-emulation ×3`; the severity is named where it is not that of the catalogue.
  ///
  /// Ends with those of a summary, should it have others.
  public var findings: String {
    judgement.findings.filter { $0.identity != nil }
      .map { $0.count == 1 ? $0.check : "\($0.check) ×\($0.count)" }.joined(separator: ", ")
      + (otherwiseAsSummary.map { ", but in a summary: \($0)" } ?? "")
  }

  /// The finding of a check; nil when there is none.
  public func finding(_ check: String) -> Finding? {
    judgement.findings.first { $0.check == check }
  }
}
