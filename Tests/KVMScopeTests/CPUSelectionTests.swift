import KVMScope
import Testing
import TraceChecks
import TraceTestSupport

/// Only what begins on some CPUs is counted.
struct CPUSelectionTests {
  static let names = [
    "trace-dat/vmx-6.1-unfixed/smp-mixed-invalid-and-normal.dat",
    "trace-dat/svm-6.1/hltmix-2-l2-ipi-intr-poll200k.dat",
    "trace-dat/svm-6.1/two-vms-2v-full.dat",
    "perf-data/svm-6.1/hltmix-0-l1-ipi-poll200k.perf.data",
  ]

  @Test("the sums of the CPUs add up to the whole", arguments: names)
  func addUp(_ name: String) throws {
    let path = Fixture.path(name)
    let whole = Sums(try Analysis.summarize([path]))
    var parts: [Sums] = []
    for cpu in 0..<2 {
      var options = AnalysisOptions()
      options.cpus = [cpu]
      parts.append(Sums(try Analysis.summarize([path], options)))
    }
    #expect(parts[0] != parts[1])
    #expect(parts[0] != whole)
    var sum = parts[0]
    sum.add(parts[1])
    // A part has no entry where it counts nothing; the whole may have zeros.
    #expect(sum.times.filter { $0.value > 0 } == whole.times.filter { $0.value > 0 })
    #expect(sum.counters.filter { $0.value > 0 } == whole.counters.filter { $0.value > 0 })
    #expect(sum.exits == whole.exits)
    #expect(sum.handling.filter { $0.value > 0 } == whole.handling.filter { $0.value > 0 })
  }

  @Test("a CPU that there is not has no vCPU, and no verdict")
  func nobody() throws {
    var options = AnalysisOptions()
    options.cpus = [77]
    let results = try Analysis.check([Fixture.path(Self.names[0])], options)
    #expect(results.vcpus.isEmpty)
    #expect(results.checks.verdict == .inconclusive)
  }
}
