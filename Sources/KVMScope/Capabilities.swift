import EventFormat
import KVMEvents
import KVMTimeline
import TraceChecks
import TraceContainer

/// What the formats and the order of events say of the recorded kernel.
///
/// The version string is never asked.
enum Capabilities {
  static func of(_ trace: OpenedTrace, _ tracker: TimelineTracker?) -> [Capability] {
    let catalogue = trace.catalogue
    // A log of text has no formats: an event that it shows exists, of all others it says nothing.
    let log: Set<String>? = if case .text(let log) = trace.recording { log.seen } else { nil }
    func hasField(_ event: String, _ field: String) -> Bool? {
      if log != nil { return nil }
      return catalogue.event(named: event).map { $0.fields.contains { $0.name == field } }
    }
    func records(_ event: String) -> Bool? {
      guard let log else { return catalogue.records(named: event) }
      return log.contains(event) ? true : nil
    }
    let failed = log == nil ? catalogue.event(named: "kvm_nested_vmenter_failed") : nil
    let message = failed?.fields.first { $0.name == "msg" }
    return [
      Capability(name: "exit_has_vcpu_id", value: hasField("kvm_exit", "vcpu_id")),
      Capability(name: "entry_has_immediate_exit", value: hasField("kvm_entry", "immediate_exit")),
      Capability(name: "nested_entry_event", value: records("kvm_nested_vmenter")),
      Capability(name: "nested_vmrun_event", value: records("kvm_nested_vmrun")),
      Capability(name: "nested_exit_event", value: records("kvm_nested_vmexit")),
      Capability(
        name: "nested_exit_inject_event",
        value: records("kvm_nested_vmexit_inject")),
      Capability(
        name: "smm_transition_event", value: records("kvm_smm_transition")),
      Capability(
        name: "nested_entry_failed_has_text", value: message.map { $0.isDynamic || $0.isString }),
      Capability(name: "page_fault_has_vcpu_id", value: hasField("kvm_page_fault", "vcpu_id")),
      Capability(
        name: "inject_exception_has_reinjected", value: hasField("kvm_inj_exception", "reinjected")),
      Capability(name: "sched_switch", value: records("sched_switch")),
      Capability(name: "unmatched_entries_or_exits", value: tracker.map(\.sawUnmatchedPair)),
    ]
  }

  /// Several traces: what all agree on, nil elsewhere.
  static func merge(_ known: [Capability], _ more: [Capability], isFirst: Bool) -> [Capability] {
    if isFirst { return more }
    return zip(known, more).map { a, b in
      Capability(name: a.name, value: a.value == b.value ? a.value : nil)
    }
  }
}
