import KVMEvents
import KVMTimeline
import TraceChecks

/// Values made by hand that every report must be able to show.
enum Samples {
  static func facts(_ unit: TimeUnit = .nanoseconds) -> TraceFacts {
    var facts = TraceFacts(path: "host, \"one\".dat", container: "trace.dat v7")
    facts.clock = unit == .ticks ? "x86-tsc" : "local"
    facts.timeUnit = unit
    facts.kernel = "Linux 6.1.0"
    facts.cpus = 2
    facts.events = 1234
    facts.lostEvents = nil
    facts.lostGaps = 2
    facts.begin = 1_000_000_000
    facts.end = 3_500_000_000
    facts.damage = [Damage(offset: 4096, what: "the sub-buffer is cut")]
    return facts
  }

  static let identity = VCPUIdentity(vm: nil, vcpu: 0, thread: 355, incarnation: 1)

  static func finding() -> Finding {
    var finding = Finding(
      check: "l2-emulation", severity: .error, trace: 0, identity: identity, cpu: 1, level: .l2,
      begin: 2_000_000_000, end: 2_000_500_000, message: "KVM emulated 2 instructions of L2",
      count: 2)
    finding.show = "kvmscope events --pid 355 host.dat"
    finding.evidence = [
      EvidenceEvent(
        timestamp: 1_999_000_000, cpu: 1, thread: 355, comm: "qemu\u{1b}[2J", event: "kvm_fpu",
        text: "load"),
      EvidenceEvent(
        timestamp: 2_000_000_000, cpu: 1, thread: 355, comm: nil, event: "kvm_emulate_insn",
        text: "0:4019c6: c3"),
    ]
    return finding
  }

  static func results(_ unit: TimeUnit = .nanoseconds) -> CheckResults {
    CheckResults(
      traces: [facts(unit)], findings: [finding()],
      notJudged: [
        NotJudged(
          check: "l2-triple-fault", trace: 0, identity: identity, why: "events were lost",
          isDecisive: true)
      ],
      capabilities: [
        Capability(name: "sched_switch", value: true), Capability(name: "unknown_one", value: nil),
      ], verdict: .fail)
  }

  static func vcpu() -> VCPUSummary {
    var vcpu = VCPUSummary(trace: 0, identity: identity)
    vcpu.comm = "qemu"
    vcpu.isa = .vmx
    vcpu.begin = 1_000_000_000
    vcpu.end = 2_000_000_000
    vcpu.entries = 3
    vcpu.entriesFailed = 1
    vcpu.exits = 2
    vcpu.l2Exits = 1
    vcpu.l2ExitsReflected = 1
    vcpu.nestedEntries = 1
    vcpu.roundTrips = 2
    vcpu.roundTripExits = 7
    vcpu.states = [
      StateTotal(state: .guest, level: .l1, count: 2, total: 250_000_000),
      StateTotal(state: .host, level: .l2, count: 1, total: 750_000_000),
    ]
    let durations = DurationStatistics(
      total: 3_000, min: 1_000, mean: 1_500.5, p50: 1_007, p90: 2_000, p99: 2_000, p999: 2_000,
      max: 2_000)
    vcpu.exitReasons = [
      ExitStatistics(
        level: .l1, exit: ExitCode(raw: 48, isa: .vmx), handledBy: .l0, count: 2, answered: 2,
        handling: durations, handlingOnCPU: durations),
      ExitStatistics(
        level: .l2, exit: ExitCode(raw: 0x8000_0021, isa: .vmx), handledBy: .l1, count: 1,
        answered: 0, handling: nil, handlingOnCPU: nil),
    ]
    return vcpu
  }

  static let interval = Interval(
    vcpu: 0, begin: 1_500_000_000, end: 1_500_020_000, state: .guest, level: .l1, isSMM: true,
    exit: ExitCode(raw: 0x7b, isa: .svm), isReflected: false, detail: ExitDetail(.port, 0x2000),
    cpu: 1)

  static func info(_ unit: TimeUnit) -> TraceInfo {
    var info = TraceInfo(facts: facts(unit))
    info.properties = [TraceProperty(name: "trace_id", value: "0x1")]
    var stream = StreamInfo(buffer: "kv", cpu: 0, offset: 4096, size: 8192)
    stream.statistics = [TraceProperty(name: "overrun", value: "7")]
    stream.lostEvents = nil
    stream.lostGaps = 1
    info.streams = [stream]
    info.events = [EventCount(system: "kvm", name: "kvm_exit", count: 12)]
    info.options = [OptionInfo(id: 5, name: "UNAME", size: 11, text: "Linux 6.1.0")]
    info.comms = [ThreadName(thread: 355, name: "qemu")]
    info.capabilities = [Capability(name: "sched_switch", value: nil)]
    return info
  }
}
