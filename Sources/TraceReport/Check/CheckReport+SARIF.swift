import KVMTimeline
import TraceChecks

extension CheckReport {
  private static let schema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

  /// Writes SARIF 2.1.0: a result for each finding, and an `open` one for each case that could not be judged.
  ///
  /// `results` is there even when it is empty: that says that the checks ran. Inputs that could not be read are
  /// notifications of the invocation.
  public func writeSARIF(to sink: ByteSink) {
    let json = JSONWriter(sink)
    let rules = rules
    json.object {
      json.member("$schema", Self.schema)
      json.member("version", "2.1.0")
      json.beginArray("runs")
      json.object {
        json.object("tool") {
          json.object("driver") {
            json.member("name", ToolVersion.name)
            json.member("version", ToolVersion.number)
            json.array("rules", rules) { write(rule: $0, json) }
          }
        }
        json.array("invocations", [results]) { _ in writeInvocation(json) }
        json.array("artifacts", results.traces) { facts in
          json.object(inline: true) {
            json.object("location") { json.member("uri", Self.uri(facts.path)) }
            json.array("roles", ["analysisTarget"]) { json.string($0) }
          }
        }
        json.beginArray("results")
        for item in results.cases { write(item, rules, json) }
        json.end()
        json.member("columnKind", "unicodeCodePoints")
      }
      json.end()
    }
  }

  /// Each check or rule once.
  private var rules: [JudgedCase] {
    var names: Set<String> = []
    return results.cases.filter { names.insert($0.name).inserted }
  }

  private func write(rule: JudgedCase, _ json: JSONWriter) {
    json.object {
      json.member("id", rule.name)
      text("shortDescription", [rule.title], json)
      if let description = CheckCatalogue.description(of: rule.name) {
        text("fullDescription", description.meaning, json)
        text("help", description.advice, json)
      }
      json.object("defaultConfiguration", inline: true) {
        json.member("level", rule.severity.name)
      }
    }
  }

  private func writeInvocation(_ json: JSONWriter) {
    json.object {
      json.member("executionSuccessful", results.unreadable.isEmpty)
      json.array("toolExecutionNotifications", results.unreadable) { trace in
        json.object {
          json.member("level", "error")
          text("message", ["\(trace.path) could not be read: \(trace.reason)"], json)
          location(path: trace.path, index: nil, nil, json)
        }
      }
    }
  }

  private func write(_ item: JudgedCase, _ rules: [JudgedCase], _ json: JSONWriter) {
    let index = rules.firstIndex { $0.name == item.name } ?? 0
    func begin() {
      json.member("ruleId", item.name)
      json.member("ruleIndex", index)
    }
    let findings = findings(of: item)
    for finding in findings {
      json.object {
        begin(); write(finding, json)
      }
    }
    switch item.outcome {
    case .pass: break
    case .fail:
      guard findings.isEmpty else { break }
      json.object {
        begin()
        json.member("level", item.severity.name)
        text("message", [item.reason], json)
        location(path: path(of: item.trace), index: item.trace, nil, json)
      }
    case .inconclusive:
      json.object {
        begin()
        json.member("kind", "open")
        json.member("level", "none")
        text("message", ["cannot judge: \(item.reason)"], json)
        location(path: path(of: item.trace), index: item.trace, nil, json)
      }
    }
  }

  private func write(_ finding: Finding, _ json: JSONWriter) {
    let path = path(of: finding.trace)
    let unit = unit(of: finding.trace)
    json.member("level", finding.severity.name)
    text("message", [finding.message], json)
    location(path: path, index: finding.trace, finding.identity, json)
    json.member("occurrenceCount", finding.count == 0 ? 1 : finding.count)
    if !finding.evidence.isEmpty {
      json.array("codeFlows", [finding.evidence]) { events in
        json.object {
          json.array("threadFlows", [events]) { events in
            json.object {
              json.array("locations", events) { event in
                json.object(inline: true) {
                  json.object("location") {
                    text("message", [Words.line(of: event, unit)], json)
                    physicalLocation(path, finding.trace, json)
                  }
                  json.member("importance", finding.spans(event) ? "essential" : "important")
                }
              }
            }
          }
        }
      }
    }
    json.object("properties") {
      json.identity(finding.identity)
      json.member("cpu", finding.cpu)
      json.member("guest_level", finding.level?.name)
      json.time("begin", finding.begin, unit)
      json.time("end", finding.end, unit)
      json.member("show", finding.show)
    }
  }

  private func location(
    path: String?, index: Int?, _ identity: VCPUIdentity?, _ json: JSONWriter
  ) {
    json.array("locations", [path]) { path in
      json.object(inline: true) {
        physicalLocation(path, index, json)
        if let identity {
          json.array("logicalLocations", [Words.vcpu(identity)]) { name in
            json.object {
              json.member("name", name)
              json.member("kind", "resource")
            }
          }
        }
      }
    }
  }

  private func physicalLocation(_ path: String?, _ index: Int?, _ json: JSONWriter) {
    json.object("physicalLocation") {
      json.object("artifactLocation") {
        json.member("uri", Self.uri(path ?? ""))
        if let index { json.member("index", index) }
      }
    }
  }

  /// A message: paragraphs of plain text, in which braces (§3.11.5) and brackets (§3.11.6) stand for themselves: a
  /// task's name makes no link.
  private func text(_ key: String, _ paragraphs: [String], _ json: JSONWriter) {
    var result = ""
    for scalar in paragraphs.joined(separator: "\n\n").unicodeScalars {
      let isShown = scalar == "\n" || !Printable.isUnsafe(scalar)
      for scalar in (isShown ? String(scalar) : Printable.code(of: scalar)).unicodeScalars {
        if scalar == "{" || scalar == "}" { result.unicodeScalars.append(scalar) }
        if scalar == "[" || scalar == "]" || scalar == "\\" { result.unicodeScalars.append("\\") }
        result.unicodeScalars.append(scalar)
      }
    }
    json.object(key, inline: true) { json.member("text", result) }
  }

  /// A path as a relative or absolute reference (RFC 3986): what it does not allow is written in hexadecimal.
  static func uri(_ path: String) -> String {
    var result = path.hasPrefix("/") ? "file://" : ""
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      case _ where "-._~/!$&'()*+,;=@".utf8.contains(byte):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        result += "%" + (digits.count < 2 ? "0" : "") + digits
      }
    }
    return result
  }
}
