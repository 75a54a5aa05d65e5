import KVMEvents
import RingBuffer
import Testing
import TraceContainer

/// What stands before an event's fields, in every way in which programs print it.
///
/// Lines are as the programs printed them: trace-cmd report 3.1.6, tracefs of Linux 6.18, perf script 6.1.
@Suite struct TextHeadTests {
  /// A line, and what its head says.
  struct Case: Sendable, CustomTestStringConvertible {
    var what: String
    var line: String
    var time: UInt64 = 111_217_849_000
    var cpu = 0
    var thread: Int32 = 537
    var comm: String? = "invalid_l2"
    var buffer = ""
    var name = "kvm_entry"
    var testDescription: String { what }
  }

  static let cases: [Case] = [
    // trace-cmd report.
    Case(
      what: "report",
      line: "      invalid_l2-537   [000]   111.217849: kvm_entry:             vcpu 0 rip 0x411655"),
    Case(
      what: "report -t",
      line:
        "      invalid_l2-537   [000]   111.217849100: kvm_entry:             vcpu 0 rip 0x411655",
      time: 111_217_849_100),
    Case(
      what: "report -R",
      line:
        "      invalid_l2-537   [000]   111.217849: kvm_entry:             vcpu_id=0 rip=0x411655 immediate_exit=0"
    ),
    Case(
      what: "report -l",
      line: "invalid_-537     0d..1.   111.217849: kvm_entry:             vcpu 0 rip 0x411655",
      comm: "invalid_"),
    Case(
      what: "report --ts-diff",
      line:
        "      invalid_l2-537   [000]   111.217849: (+31)    kvm_entry:             vcpu 0 rip 0x411655"
    ),
    Case(
      what: "report of an instance",
      line:
        "              kv:       invalid_l2-537   [000]   111.217849: kvm_entry:             vcpu 0 rip 0x411655",
      buffer: "kv"),
    Case(
      what: "report of several files",
      line:
        "       vmx-5.10-a.dat:       invalid_l2-537   [000]   111.217849: kvm_entry:             vcpu 0 rip 0x411655",
      buffer: "vmx-5.10-a.dat"),
    Case(
      what: "report with flags, as trace-cmd 3.2 prints",
      line:
        "      invalid_l2-537   [000] d..1.   111.217849: kvm_entry:             vcpu 0 rip 0x411655"
    ),
    Case(
      what: "report of raw cycles",
      line: "      invalid_l2-537   [000]3223607616301: kvm_entry:             vcpu 0 rip 0x411655",
      time: 3_223_607_616_301),
    // tracefs.
    Case(
      what: "trace",
      line: "      invalid_l2-537     [000] d..1.   111.217849: kvm_entry: vcpu 0, rip 0x411655"),
    Case(
      what: "trace, noirq-info",
      line: "      invalid_l2-537     [000]   111.217849: kvm_entry: vcpu 0, rip 0x411655"),
    Case(
      what: "trace, record-tgid",
      line:
        "      invalid_l2-537     (    530) [000] d..1.   111.217849: kvm_entry: vcpu 0, rip 0x411655"
    ),
    Case(
      what: "trace, record-tgid, unknown",
      line:
        "      invalid_l2-537     (-------) [000] d..1.   111.217849: kvm_entry: vcpu 0, rip 0x411655"
    ),
    Case(
      what: "trace, latency-format",
      line: "invalid_-537       0d..1. 21980us+: kvm_entry: vcpu 0, rip 0x411655",
      time: 21_980_000, comm: "invalid_"),
    Case(
      what: "trace, latency-format, verbose",
      line:
        "      invalid_l2     537   0 1 00000002 00000009 [06a10659] 21.980ms (+0.003ms): kvm_entry: vcpu 0, rip 0x411655",
      time: 0x06a1_0659 * 1000),
    // perf script.
    Case(
      what: "perf, misc",
      line:
        "      invalid_l2   537 [000] K       111.217849:                      kvm:kvm_entry: vcpu 0, rip 0x4115eb"
    ),
    Case(
      what: "perf, misc of a guest",
      line:
        "      invalid_l2   537 [000] g       111.217849:                      kvm:kvm_entry: vcpu 0, rip 0x4115eb"
    ),
    Case(
      what: "perf, misc of two letters",
      line:
        "      invalid_l2   530/537   [000] Ku      111.217849:                      kvm:kvm_entry: vcpu 0, rip 0x4115eb"
    ),
    Case(
      what: "perf, no misc in its column",
      line:
        "      invalid_l2   537 [000]         111.217849:                      kvm:kvm_entry: vcpu 0, rip 0x4115eb"
    ),
    Case(
      what: "perf",
      line:
        "      invalid_l2   537 [000]   111.217849:                      kvm:kvm_entry: vcpu 0, rip 0x4115eb"
    ),
    Case(
      what: "perf --ns",
      line:
        "      invalid_l2   537 [000]   111.217849100:                      kvm:kvm_entry: vcpu 0, rip 0x4115eb",
      time: 111_217_849_100),
    Case(
      what: "perf, with process and period",
      line:
        "      invalid_l2   530/537   [000]   111.217849:          1                      kvm:kvm_entry: vcpu 0, rip 0x4115eb"
    ),
    Case(
      what: "perf, thread alone",
      line: "  537 [000]   111.217849:                      kvm:kvm_entry: vcpu 0, rip 0x4115eb",
      comm: nil),
    Case(
      what: "perf, thread alone that fills its column",
      line: "17800 [000]   111.217849:                      kvm:kvm_entry: vcpu 0, rip 0x4115eb",
      thread: 17800, comm: nil),
    Case(
      what: "perf, name alone",
      line:
        "      invalid_l2 [000]   111.217849:                      kvm:kvm_entry: vcpu 0, rip 0x4115eb",
      thread: -1, comm: nil),
    Case(
      what: "perf, nobody",
      line: "[000]   111.217849:                      kvm:kvm_entry: vcpu 0, rip 0x4115eb",
      thread: -1, comm: nil),
    Case(
      what: "perf, in the guest alone",
      line:
        "      invalid_l2   537 [000]   111.217849:                      kvm:kvm_entry:G: vcpu 0, rip 0x4115eb"
    ),
    Case(
      what: "perf, in host and kernel alone",
      line:
        "      invalid_l2   537 [000]   111.217849:                      kvm:kvm_entry:Hk: vcpu 0, rip 0x4115eb"
    ),
    // dmesg and journals, in front of the latency format.
    Case(
      what: "dmesg",
      line: "[   31.146050] invalid_-537       0d..1. 21980us+: kvm_entry: vcpu 0, rip 0x411655",
      time: 21_980_000, comm: "invalid_"),
    Case(
      what: "dmesg with level and caller",
      line:
        "<4>[   31.146050][  T123] invalid_-537       0d..1. 21980us : kvm_entry: vcpu 0, rip 0x411655",
      time: 21_980_000, comm: "invalid_"),
    Case(
      what: "journal",
      line:
        "Nov 25 03:33:11 host kernel: invalid_-537       0d..1. 21980us!: kvm_entry: vcpu 0, rip 0x411655",
      time: 21_980_000, comm: "invalid_"),
    Case(
      what: "journal with a stamp",
      line:
        "2026-11-25T04:00:00.123456+00:00 host kernel: [   31.146050] invalid_-537       0d..1. 21980us : kvm_entry: vcpu 0, rip 0x411655",
      time: 21_980_000, comm: "invalid_"),
    // Other CPUs, other events.
    Case(
      what: "a CPU of four digits",
      line:
        "      invalid_l2-537   [1023]   111.217849: kvm_entry:             vcpu 0 rip 0x411655",
      cpu: 1023),
    Case(
      what: "an event that nobody knows",
      line: "      invalid_l2-537   [001]   111.217849: some-thing.x:             a=1", cpu: 1,
      name: "some-thing.x"),
    Case(
      what: "ended by CR LF",
      line:
        "      invalid_l2-537   [000]   111.217849: kvm_entry:             vcpu 0 rip 0x411655\r"),
  ]

  @Test(arguments: cases) func heads(_ wanted: Case) throws {
    // The second line is read by the columns of the first, and the third is known.
    let reading = try TextReading("\(wanted.line)\n\(wanted.line)\n\(wanted.line)\n")
    #expect(reading.events.count == 3)
    #expect(reading.otherLines == 0)
    for event in reading.events {
      #expect(event.time == wanted.time)
      #expect(event.cpu == wanted.cpu)
      #expect(event.thread == wanted.thread)
      #expect(event.comm == wanted.comm)
      #expect(event.buffer == wanted.buffer)
      #expect(event.name == wanted.name)
      if event.name == "kvm_entry" { #expect(event.fields["vcpu_id"] == 0) }
    }
    #expect(reading.damage.isEmpty)
  }

  /// Names of tasks that look like other parts of a line.
  static let taskNames = [
    "a", "CPU 0/KVM", "CPU 0/KVM-12 [3", "a: b-1 [000] 1.", "12345", "-7", "  lead", "[000]",
    "x-1     [000]", "memfd:sealed-91", "kworker/u4:2-ev", "vhost-4870", "1-2-3-4", "(udev-worker)",
    "a-1 1.2: b: c", "\u{b5}-\u{b5}", "x\u{1b}[1m",
  ]

  @Test(arguments: taskNames) func names(_ name: String) throws {
    let columns = String(repeating: " ", count: max(0, 16 - name.utf8.count)) + name
    let lines = [
      "\(columns)-4870  [001]   111.217849: kvm_entry:             vcpu 3 rip 0x411655",
      "\(columns)-4870    [001] d..1.   111.217849: kvm_entry: vcpu 3, rip 0x411655",
      "\(columns)  4870 [001]   111.217849:          kvm:kvm_entry: vcpu 3, rip 0x411655",
    ]
    for line in lines {
      let reading = try TextReading("\(line)\n\(line)\n")
      #expect(reading.events.map(\.thread) == [4870, 4870])
      #expect(reading.events.map(\.cpu) == [1, 1])
      #expect(reading.events.map(\.time) == [111_217_849_000, 111_217_849_000])
      #expect(reading.events.map { $0.fields["vcpu_id"] } == [3, 3])
      let trimmed = String(name.drop { $0 == " " })
      #expect(reading.events.map(\.comm) == [trimmed, trimmed])
    }
  }

  @Test("a task without a name") func nameless() throws {
    let line = "                -4870    [001] d..1.   111.217849: kvm_entry: vcpu 3, rip 0x411655"
    #expect(try TextReading(line + "\n").events.map(\.thread) == [4870])
    let stamped = "[   31.146050] " + line
    #expect(try TextReading(stamped + "\n").events.map(\.thread) == [4870])
  }

  @Test("what is printed around events is no event") func comments() throws {
    let event =
      "      invalid_l2-537   [000]   111.217849: kvm_entry:             vcpu 0 rip 0x411655\n"
    let around = """
      # tracer: nop
      #
      cpus=2

      version = 6
      CPU 1 is empty
       => kvm_arch_vcpu_ioctl_run
       => <00007f1c2b>
      \tffffffff8129d1d2 pvclock_update_vm_gtod_copy+0x152 ([kernel.kallsyms])
      \t          4011d0 main (/t/hello guest)
               swapper     0 [000]     0.000000: PERF_RECORD_FORK(1:1):(0:0)
                  init     0 [000]     0.000000: PERF_RECORD_COMM: init:1/1
      PERF_RECORD_FINISHED_ROUND

      """
    let reading = try TextReading(event + around + event)
    #expect(reading.events.count == 2)
    #expect(reading.otherLines == 0)
    #expect(reading.lines == 15)
    let spoken = try TextReading(event + "this is said by somebody\n" + event)
    #expect(spoken.events.count == 2)
    #expect(spoken.otherLines == 1)
  }

  @Test("lost events, in everybody's words") func losses() throws {
    let event =
      "      invalid_l2-537   [000]   111.217849: kvm_entry:             vcpu 0 rip 0x411655\n"
    for (line, loss, cpu) in [
      ("CPU:1 [LOST 123 EVENTS]", Loss.counted(123), 1), ("CPU:2 [EVENTS DROPPED]", .uncounted, 2),
      ("CPU:1 [1599 EVENTS DROPPED]", .counted(1599), 1),
      ("            kv: CPU:3 [5 EVENTS DROPPED]", .counted(5), 3),
      ("[   31.146050] CPU:0 [LOST 7 EVENTS]", .counted(7), 0),
      ("     perf  2437 [001]    50.0: PERF_RECORD_LOST lost 9", .counted(9), 1),
    ] {
      let reading = try TextReading(event + line + "\n" + event)
      #expect(reading.gaps == [TextReading.Gap(loss: loss, cpu: cpu, position: 1)], "\(line)")
      #expect(reading.otherLines == 0)
    }
  }

  @Test("what says nothing of CPU, time and event is refused") func refused() {
    for text in [
      // context-info off, raw, and an ordinary text.
      "# tracer: nop\n#\nkvm_entry: vcpu 0, rip 0x411655\nkvm_exit: reason HLT rip 0x1\n",
      "# tracer: nop\n#\n14244 0 4245712328800 type: 372\n", "hello\nthere\n", "\n\n\n",
      "kvm_entry",
    ] { #expect(throws: ContainerError.self) { try TextReading(text) } }
  }
}
