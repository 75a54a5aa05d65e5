import Foundation
import Testing
import TraceChecks
import TraceTestSupport

@testable import TraceReport

@Suite struct ReportTests {
  private func written(_ body: (ByteSink) -> Void) -> String {
    let sink = ByteSink()
    body(sink)
    return sink.text
  }

  @Test func summaryAsCSV() {
    let text = written {
      SummaryReport(Samples.results(), vcpus: [Samples.vcpu()]).writeCSV(to: $0)
    }
    #expect(
      text == """
        trace,vm,vcpu,tid,incarnation,isa,level,reason,code,failed_entry,handled_by,count,answered,\
        total_ns,min_ns,mean_ns,p50_ns,p90_ns,p99_ns,p999_ns,max_ns
        "host, ""one"".dat",,0,355,1,vmx,L1,EPT_VIOLATION,48,false,L0,2,2,3000,1000,1501,1007,2000,2000,2000,2000
        "host, ""one"".dat",,0,355,1,vmx,L2,INVALID_STATE,33,true,L1,1,0,,,,,,,,

        """)
  }

  @Test func summaryOfTicksAsCSV() {
    let text = written {
      SummaryReport(Samples.results(.ticks), vcpus: [Samples.vcpu()]).writeCSV(to: $0)
    }
    let rows = text.split(separator: "\n")
    #expect(
      rows[0].hasSuffix(
        ",max_ns,total_ticks,min_ticks,mean_ticks,p50_ticks,p90_ticks,p99_ticks,p999_ticks,max_ticks"
      ))
    #expect(rows[1].hasSuffix(",2,2,,,,,,,,,3000,1000,1501,1007,2000,2000,2000,2000"))
  }

  @Test func summaryAsTable() {
    let text = written {
      SummaryReport(Samples.results(), vcpus: [Samples.vcpu()]).writeTable(to: $0, style: .plain)
    }
    #expect(
      text == """
        host, "one".dat
          trace.dat v7 · clock local · Linux 6.1.0 · 2 CPUs
          1,234 events in 2.50 s, from 1.000000000 to 3.500000000
          events lost, nobody knows how many, in 2 gaps
          1 damaged part skipped: `kvmscope info` says which

        vCPU 0 · tid 355 qemu · incarnation 1 · vmx · 1.00 s
          3 entries (1 never reached the guest) · 2 exits
          1 entry into L2 · 1 exit of L2, 1 reflected to L1 · each reflected exit costs 3.50 exits

          state        at L1           at L2          all levels
          guest       250 ms  25.0 %                      250 ms   25.0 %
          host                        750 ms  75.0 %      750 ms   75.0 %
          all states  250 ms  25.0 %  750 ms  75.0 %      1.00 s  100.0 %

          exit of  reason                        by  count    total     mean      p50      p99      max
          L1       EPT_VIOLATION                 L0      2  3.00 µs  1.50 µs  1.01 µs  2.00 µs  2.00 µs
          L2       INVALID_STATE FAILED_VMENTRY  L1      1        –        –        –        –        –

        FAIL  1 error
          error  l2-emulation

        """)
  }

  @Test func findingsAsText() {
    let text = written { CheckReport(Samples.results()).writeText(to: $0, style: .plain) }
    #expect(
      text == #"""
        FAIL  host, "one".dat  1 error
              trace.dat v7 · clock local · Linux 6.1.0 · 2 CPUs

        error  l2-emulation  vCPU 0 · tid 355 · incarnation 1 · at L2
          KVM emulated 2 instructions of L2
          from 2.000000000 to 2.000500000 (500 µs)

                 qemu\x1b[2J-355   [001]     1.999000000: kvm_fpu:              load
          >            <...>-355   [001]     2.000000000: kvm_emulate_insn:     0:4019c6: c3

          more  kvmscope events --pid 355 host.dat
          why   kvmscope explain l2-emulation

        not judged
          l2-triple-fault (vCPU 0 · tid 355 · incarnation 1): events were lost

        """#)
  }

  @Test func findingsAsCSV() {
    let text = written { CheckReport(Samples.results()).writeCSV(to: $0) }
    #expect(
      text == """
        trace,check,severity,vm,vcpu,tid,incarnation,cpu,level,begin_ns,end_ns,count,message,show
        "host, ""one"".dat",l2-emulation,error,,0,355,1,1,L2,2000000000,2000500000,2,\
        KVM emulated 2 instructions of L2,kvmscope events --pid 355 host.dat

        """)
  }

  @Test(arguments: [
    (
      TimelineReport.Format.csv, TimeUnit.nanoseconds,
      """
      vm,vcpu,tid,incarnation,begin_ns,end_ns,duration_ns,state,level,smm,reason,cpu,handled_by,\
      detail
      ,0,355,1,1500000000,1500020000,20000,guest,L1,true,io,1,L0,port 0x2000

      """
    ),
    (
      .csv, .ticks,
      """
      vm,vcpu,tid,incarnation,begin_ns,end_ns,duration_ns,state,level,smm,reason,cpu,handled_by,\
      detail,begin_ticks,end_ticks,duration_ticks
      ,0,355,1,,,,guest,L1,true,io,1,L0,port 0x2000,1500000000,1500020000,20000

      """
    ),
    (
      .jsonLines, .nanoseconds,
      """
      {"vm": null, "vcpu": 0, "tid": 355, "incarnation": 1, "begin_ns": 1500000000, \
      "end_ns": 1500020000, "duration_ns": 20000, "state": "guest", "level": "L1", "smm": true, \
      "reason": "io", "cpu": 1, "handled_by": "L0", "detail": "port 0x2000"}

      """
    ),
    (
      .table, .nanoseconds,
      """
                     begin     duration     tid vcpu  state     level    cpu  reason            by
               1.500000000      20.0 µs     355  0.1  guest     L1 SMM     1  io                L0  port 0x2000

      """
    ),
  ])
  func timeline(format: TimelineReport.Format, unit: TimeUnit, expected: String) {
    let text = written { sink in
      let report = TimelineReport(format, of: [Samples.facts(unit)], to: sink)
      report.begin()
      report.beginTrace(Samples.facts(unit))
      report.add(Samples.interval, of: Samples.identity)
      report.end()
    }
    #expect(text == expected)
  }

  @Test func noReportSendsEscapeSequencesWithoutColor() {
    let text = written { sink in
      CheckReport(Samples.results()).writeText(to: sink, style: .plain)
      CheckReport(Samples.results()).writeJSON(to: sink)
      InfoReport([Samples.info(.nanoseconds)]).writeText(to: sink, style: .plain)
    }
    #expect(!text.unicodeScalars.contains("\u{1b}"))
  }

  /// With `RECORD_DOCS=1` the page is written anew, and the test fails so that nobody takes it for a check.
  @Test func thePageOfChecksIsThatOfTheCode() throws {
    let text = written { ExplainReport(CheckCatalogue.all).writeMarkdown(to: $0) }
    let path = Repository.path(of: "docs/checks.md")
    let page = try? String(contentsOfFile: path, encoding: .utf8)
    if ProcessInfo.processInfo.environment["RECORD_DOCS"] == "1" {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      Issue.record("docs/checks.md was written anew: look at it, then run the tests again")
    }
    #expect(page == text, "RECORD_DOCS=1 writes it anew")
  }

  @Test func everyCheckExplainsItself() {
    for check in CheckCatalogue.all {
      #expect(
        !check.meaning.isEmpty && !check.pattern.isEmpty && !check.advice.isEmpty, "\(check.id)")
      #expect(!check.title.hasSuffix("."), "\(check.id)")
    }
    let style = TextStyle(usesColor: false, width: 80)
    let text = written { ExplainReport(CheckCatalogue.all).writeText(to: $0, style: style) }
    let wide = text.split(separator: "\n").filter { $0.count > 96 }.map(String.init)
    #expect(wide == [])
  }
}
