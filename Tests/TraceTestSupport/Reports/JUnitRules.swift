/// Holds a JUnit report to the structure that Jenkins' published schema (junit-10.xsd) has, and to its own numbers.
public enum JUnitRules {
  /// What is wrong; empty when nothing is.
  public static func problems(_ root: XMLElement) -> [String] {
    guard root.name == "testsuites" else { return ["the root is \(root.name)"] }
    var problems = attributes(root, ["name", "tests", "failures", "errors", "time", "disabled"])
    problems += counts(root, root.all("testsuite").flatMap { $0.all("testcase") })
    for suite in root.children {
      guard suite.name == "testsuite" else {
        problems.append("\(suite.name) among the suites")
        continue
      }
      problems += attributes(
        suite,
        [
          "name", "tests", "failures", "errors", "time", "disabled", "skipped", "timestamp",
          "hostname", "id", "package",
        ])
      if suite["name"] == nil { problems.append("a suite without a name") }
      problems += counts(suite, suite.all("testcase"))
      let order = suite.children.map(\.name).map {
        $0 == "properties" ? 0 : $0 == "testcase" ? 1 : 2
      }
      if order != order.sorted() { problems.append("properties are not first") }
      for item in suite.children where !["properties", "testcase"].contains(item.name) {
        problems.append("\(item.name) in a suite")
      }
      for property in suite.all("properties").flatMap(\.children)
      where property.name != "property" || property["name"] == nil || property["value"] == nil {
        problems.append("a property without name or value")
      }
      for test in suite.all("testcase") { problems += self.problems(ofCase: test) }
    }
    return problems
  }

  private static func problems(ofCase test: XMLElement) -> [String] {
    var problems = attributes(test, ["name", "classname", "time", "assertions", "status"])
    if test["name"]?.isEmpty != false || test["classname"] == nil {
      problems.append("a case without a name")
    }
    let results = test.children.filter { ["failure", "error", "skipped"].contains($0.name) }
    if results.count > 1 { problems.append("a case with two results") }
    for child in test.children {
      switch child.name {
      case "failure", "error":
        problems += attributes(child, ["message", "type"])
        if child["message"] == nil || child["type"] == nil { problems.append("no message") }
      case "system-out", "system-err", "skipped": break
      default: problems.append("\(child.name) in a case")
      }
    }
    return problems
  }

  private static func attributes(_ element: XMLElement, _ known: Set<String>) -> [String] {
    element.attributes.filter { !known.contains($0.name) }.map { "\(element.name) \($0.name)" }
  }

  private static func counts(_ element: XMLElement, _ tests: [XMLElement]) -> [String] {
    func count(_ name: String) -> Int { tests.count { !$0.all(name).isEmpty } }
    let expected = [
      ("tests", tests.count), ("failures", count("failure")), ("errors", count("error")),
    ]
    return expected.filter { element[$0.0] != String($0.1) }.map {
      "\($0.0) is \(element[$0.0] ?? "missing") in place of \($0.1)"
    }
  }
}
