import ArgumentParser
import TraceReport

/// How `check` and `assert` can write what they found.
enum FindingsFormat: String, WordChoice {
  case text
  case json
  case csv
  case junit
  case sarif
  case github
  case tap

  /// Whether machines alone read it, which must find an answer whatever happened.
  var isForTestSystems: Bool {
    switch self {
    case .text, .json, .csv: false
    case .junit, .sarif, .github, .tap: true
    }
  }

  func write(_ report: CheckReport, to sink: ByteSink, style: TextStyle) {
    switch self {
    case .text: report.writeText(to: sink, style: style)
    case .json: report.writeJSON(to: sink)
    case .csv: report.writeCSV(to: sink)
    case .junit: report.writeJUnit(to: sink)
    case .sarif: report.writeSARIF(to: sink)
    case .github: report.writeGitHub(to: sink)
    case .tap: report.writeTAP(to: sink)
    }
  }
}
