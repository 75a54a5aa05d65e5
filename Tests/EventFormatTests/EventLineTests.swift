import EventFormat
import Testing

@Suite struct EventLineTests {
  private func head(
    _ line: EventLine, buffer: Int = 0, comm: String?, thread: Int32, cpu: Int = 0, time: UInt64,
    name: String
  ) -> String {
    var bytes: [UInt8] = []
    line.appendHead(
      buffer: buffer, comm: comm, thread: thread, cpu: cpu, timestamp: time, name: name, to: &bytes)
    return String(decoding: bytes, as: UTF8.self) + "|"
  }

  /// Lines of `trace-cmd report -t` (3.1.6).
  @Test func heads() {
    let line = EventLine(isNanoseconds: true)
    #expect(
      head(line, comm: "nested_mix", thread: 331, time: 135_525_467_920, name: "kvm_entry")
        == "      nested_mix-331   [000]   135.525467920: kvm_entry:            |")
    #expect(
      head(
        line, comm: "kvm-nx-lpage-re", thread: 978, cpu: 12, time: 38,
        name: "kvm_nested_vmexit_inject")
        == " kvm-nx-lpage-re-978   [012]     0.000000038: kvm_nested_vmexit_inject: |")
    #expect(
      head(line, comm: nil, thread: 10435, time: 3_429_392_034_456, name: "sched_switch")
        == "           <...>-10435 [000]  3429.392034456: sched_switch:         |")
    #expect(
      head(line, comm: nil, thread: 0, time: 0, name: "print")
        == "          <idle>-0     [000]     0.000000000: print:                |")
  }

  @Test func ticksHaveNoBlank() {
    #expect(
      head(
        EventLine(isNanoseconds: false), comm: "load.sh", thread: 20523, time: 3_223_607_616_301,
        name: "sys_exit")
        == "         load.sh-20523 [000]3223607616301: sys_exit:             |")
  }

  @Test func buffersAreNamed() {
    let line = EventLine(isNanoseconds: true, buffers: ["", "kv"])
    #expect(
      head(
        line, buffer: 0, comm: "g", thread: 13462, cpu: 1, time: 3_429_395_825_776,
        name: "sched_switch")
        == "                   g-13462 [001]  3429.395825776: sched_switch:         |")
    #expect(
      head(
        line, buffer: 1, comm: "g", thread: 13462, cpu: 1, time: 3_429_395_468_340, name: "kvm_pio")
        == "kv:                g-13462 [001]  3429.395468340: kvm_pio:              |")
  }

  @Test func losses() {
    var bytes: [UInt8] = []
    let line = EventLine(isNanoseconds: true)
    line.appendLoss(cpu: 1, count: 1599, to: &bytes)
    bytes.append(10)
    line.appendLoss(cpu: 0, count: nil, to: &bytes)
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == "CPU:1 [1599 EVENTS DROPPED]\nCPU:0 [EVENTS DROPPED]")
  }

  @Test func hostileComm() {
    let text = head(
      EventLine(isNanoseconds: true), comm: "a\u{1b}[2J\n", thread: -1, time: .max, name: "x")
    #expect(text.hasPrefix("      a\\x1b[2J\\n--1    [000] 18446744073.709551615: x:"))
  }
}
