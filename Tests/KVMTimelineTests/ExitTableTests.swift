import KVMEvents
import Testing

@testable import KVMTimeline

@Suite("Rows of exits")
struct ExitTableTests {
  @Test("a trace that invents reasons makes no rows without end, and no exit is lost")
  func inventedReasons() {
    var table = ExitTable()
    let rounds = 3
    let codes: UInt64 = 5000
    for _ in 0..<rounds {
      for code in 0..<codes {
        table.addUnanswered(level: .l1, exit: ExitCode(raw: code, isa: .svm), isReflected: false)
      }
    }
    // 1024 rows, and one for all others.
    #expect(table.rows.count <= 1025)
    #expect(Set(table.rows.map(\.exit)).count == table.rows.count)
    #expect(table.rows.reduce(0) { $0 + $1.count } == UInt64(rounds) * codes)
  }

  @Test("a reason that comes when the index has no numbers left has one row")
  func reasonsBeyondTheIndex() {
    var table = ExitTable()
    // These share the low bits of their hash: they take eight slots, and the others stay free.
    let crowded = (0..<UInt64(300)).map { $0 * 2048 }
    let late: UInt64 = 1
    for code in crowded {
      table.addUnanswered(level: .l1, exit: ExitCode(raw: code, isa: .svm), isReflected: false)
    }
    for _ in 0..<2000 {
      table.addUnanswered(level: .l1, exit: ExitCode(raw: late, isa: .svm), isReflected: false)
    }
    #expect(table.rows.count == crowded.count + 1)
    #expect(table.rows.last?.count == 2000)
  }
}
