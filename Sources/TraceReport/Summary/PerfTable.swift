import KVMEvents
import TraceChecks

/// The exits of one trace in one row for each reason, as `perf kvm stat report` counts them.
///
/// An exit is counted when a kvm_entry of the same vCPU answers it, and takes from the one to the other. perf looks at
/// threads where kvmscope looks at vCPUs: so it drops the exits of a thread before its first kvm_entry, lets the entry of
/// a new VM answer the last exit of an old one, and has no name for reasons with a flag in them. Source:
/// tools/perf/builtin-kvm.c, tools/perf/arch/x86/util/kvm-stat.c and tools/perf/util/stat.c of Linux 6.1.
struct PerfTable {
  /// One reason.
  struct Row {
    let exit: ExitCode
    /// Exits that an entry answered.
    var count: UInt64 = 0
    var total: UInt64 = 0
    var min = UInt64.max
    var max: UInt64 = 0
    var squares: Double = 0

    init(_ exit: ExitCode) { self.exit = exit }

    /// The standard deviation of the mean, in percent of the mean.
    var deviation: Double {
      guard count > 1, total > 0 else { return 0 }
      let number = Double(count)
      let mean = Double(total) / number
      let variance = Swift.max(0, squares - mean * Double(total)) / (number - 1)
      return 100 * (variance / number).squareRoot() / mean
    }
  }

  /// What rows are sorted by.
  enum Order {
    case count
    case mean
  }

  private(set) var rows: [Row] = []
  /// Exits that no entry of the same vCPU answered, by reason: they have no duration.
  private(set) var unanswered: [(exit: ExitCode, count: UInt64)] = []

  var count: UInt64 { rows.reduce(0) { $0 &+ $1.count } }
  var total: UInt64 { rows.reduce(0) { $0 &+ $1.total } }

  init(_ vcpus: [VCPUSummary], by order: Order) {
    var places: [ExitCode: Int] = [:]
    for statistics in vcpus.lazy.flatMap(\.exitReasons) {
      let exit = statistics.exit
      let open = statistics.count &- statistics.answered
      if open > 0 {
        if let at = unanswered.firstIndex(where: { $0.exit == exit }) {
          unanswered[at].count &+= open
        } else {
          unanswered.append((exit, open))
        }
      }
      guard let handling = statistics.handling else { continue }
      let at = places[exit] ?? rows.count
      if at == rows.count {
        places[exit] = at
        rows.append(Row(exit))
      }
      rows[at].count &+= statistics.answered
      rows[at].total &+= handling.total
      rows[at].min = Swift.min(rows[at].min, handling.min)
      rows[at].max = Swift.max(rows[at].max, handling.max)
      rows[at].squares += handling.squares
    }
    rows.sort { a, b in
      switch order {
      case .count where a.count != b.count: return a.count > b.count
      case .mean where Self.mean(a) != Self.mean(b): return Self.mean(a) > Self.mean(b)
      default: return Self.place(a.exit) < Self.place(b.exit)
      }
    }
    unanswered.sort {
      $0.count != $1.count ? $0.count > $1.count : Self.place($0.exit) < Self.place($1.exit)
    }
  }

  private static func mean(_ row: Row) -> Double { Double(row.total) / Double(row.count) }

  /// perf keeps reasons in 4096 lists by their lowest bits: so are sorted those that are equal otherwise.
  private static func place(_ exit: ExitCode) -> (UInt64, UInt64, Int) {
    (exit.code & 4095, exit.code, exit.isFailedEntry ? 1 : 0)
  }
}
