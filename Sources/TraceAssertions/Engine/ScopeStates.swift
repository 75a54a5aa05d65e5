import KVMEvents
import KVMTimeline

/// What is true of the scopes of a rules file at the present moment of a walk.
struct ScopeStates {
  /// One scope.
  struct State {
    let window: Range<UInt64>
    let limitsVCPUs: Bool
    let needsIntervals: Bool
    /// By vCPU: whether it is meant.
    let isMeant: [Bool]
    let level: GuestLevel?
    /// Exit reasons as `PatternPrograms.key`; nil: all.
    let reasons: Set<UInt64>?
    let hasMarkers: Bool
    /// Between its markers, or without any.
    var isOpen: Bool
    /// When it was opened.
    var opened: UInt64 = 0
    /// The stretches between its markers.
    var stretches: [Range<UInt64>] = []
    /// There were more stretches than can be kept.
    var hasMoreStretches = false
    /// The markers that the event being looked at is, as bits: 1 begins, 2 ends.
    var markers: UInt8 = 0

    /// The stretches of time that are meant: none may be left.
    var windows: [Range<UInt64>] {
      if !hasMarkers { return [window] }
      return stretches.map { $0.clamped(to: window) }.filter { !$0.isEmpty }
    }
  }

  /// More stretches of one scope are not measured one by one.
  static let mostStretches = 16

  var all: [State]
  /// Those whose markers the event being looked at is.
  private var marked: [Int] = []

  init(_ scopes: [RuleScope], _ subject: RuleSubject) {
    all = scopes.map { scope in
      let reasons = scope.reasons.map { names in
        Set(
          names.flatMap(ExitReasonTable.codes(named:)).compactMap { code in
            code.isa.map { PatternPrograms.key(code.code, $0) }
          })
      }
      return State(
        window: subject.window(scope), limitsVCPUs: scope.limitsVCPUs,
        needsIntervals: scope.needsIntervals,
        isMeant: subject.vcpus.map { scope.selects($0.identity, isa: $0.isa) }, level: scope.level,
        reasons: reasons, hasMarkers: !scope.between.isEmpty, isOpen: scope.between.isEmpty)
    }
  }

  /// The event being looked at is a marker of a scope: 0 begins, 1 ends.
  mutating func mark(_ scope: Int, _ role: UInt8) {
    if all[scope].markers == 0 { marked.append(scope) }
    all[scope].markers |= 1 << role
  }

  /// All markers of an event are known.
  ///
  /// What ends with it does not hold it, what begins with it does.
  mutating func turn(at time: UInt64) {
    if marked.isEmpty { return }
    for scope in marked {
      if all[scope].markers & 2 != 0, all[scope].isOpen {
        all[scope].isOpen = false
        keep(scope, until: time)
      }
      if all[scope].markers & 1 != 0, !all[scope].isOpen {
        all[scope].isOpen = true
        all[scope].opened = time
      }
      all[scope].markers = 0
    }
    marked.removeAll(keepingCapacity: true)
  }

  private mutating func keep(_ scope: Int, until time: UInt64) {
    if all[scope].stretches.count < Self.mostStretches {
      all[scope].stretches.append(all[scope].opened..<max(all[scope].opened, time))
    } else {
      all[scope].hasMoreStretches = true
    }
  }

  /// The trace has ended.
  mutating func finish() {
    for scope in all.indices where all[scope].hasMarkers && all[scope].isOpen {
      keep(scope, until: .max)
    }
  }

  /// Whether an event of a vCPU (-1: of a thread without one) at a time is meant, as far as is known without its level.
  @inline(__always)
  func allows(_ scope: Int, vcpu: Int, at time: UInt64) -> Bool {
    // The first scope is everything.
    if scope == 0 { return true }
    guard all[scope].isOpen, all[scope].window.contains(time) else { return false }
    if !all[scope].limitsVCPUs { return true }
    return vcpu >= 0 && all[scope].isMeant[vcpu]
  }
}
