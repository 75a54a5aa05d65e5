import Benchmark
import KVMEvents
import KVMTimeline
import TraceBytes
import TraceChecks
import TraceReport

/// Rows of `timeline --format jsonl`.
func addRows() {
  addPass("JSON row", of: "row") {
    let count = 1_000
    let sink = ByteSink()
    let report = TimelineReport(
      .jsonLines, of: [TraceFacts(path: "trace.dat", container: "trace.dat v7")], to: sink)
    let vcpu = VCPUIdentity(vm: 700, vcpu: 0, thread: 773, incarnation: 0)
    let rows = (0..<UInt64(count)).map { number in
      Interval(
        vcpu: 0, begin: 34_068_482_826 + number * 1_700, end: 34_068_484_526 + number * 1_700,
        state: .host, level: .l2, exit: ExitCode(raw: 0x400, isa: .svm), cpu: 1)
    }
    return {
      for row in rows { report.add(row, of: vcpu) }
      blackHole(sink.bytes.count)
      return count
    }
  }
}
