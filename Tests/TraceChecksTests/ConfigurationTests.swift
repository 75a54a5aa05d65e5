import Testing
import TraceChecks

/// Which checks speak, and how: from code, from a file.
struct ConfigurationTests {
  private func ids(_ configuration: CheckConfiguration) -> [String] {
    CheckCatalogue.all.map(\.id).filter(configuration.isOn)
  }

  @Test("on and off")
  func switches() throws {
    var configuration = CheckConfiguration()
    #expect(ids(configuration) == CheckCatalogue.all.filter(\.isOnByDefault).map(\.id))
    try configuration.disable("l2-emulation")
    #expect(!configuration.isOn("l2-emulation"))
    try configuration.enableOnly(["damaged", "l2-emulation"])
    #expect(ids(configuration) == ["l2-emulation", "damaged"])
    try configuration.enable("lost-events")
    #expect(ids(configuration) == ["l2-emulation", "lost-events", "damaged"])
    try configuration.disable("all")
    #expect(ids(configuration).isEmpty)
    try configuration.enable("all")
    #expect(ids(configuration) == CheckCatalogue.all.map(\.id))
  }

  @Test("what is wrong is said, and what was meant")
  func mistakes() throws {
    func message(_ change: (inout CheckConfiguration) throws(ConfigurationError) -> Void) -> String
    {
      var configuration = CheckConfiguration()
      do throws(ConfigurationError) { try change(&configuration) } catch { return "\(error)" }
      return ""
    }
    #expect(
      message { (c) throws(ConfigurationError) in try c.enable("l2-emulatoin") }
        == "there is no check 'l2-emulatoin': did you mean 'l2-emulation'?")
    #expect(
      message { (c) throws(ConfigurationError) in try c.disable("ostrich") }
        == "there is no check 'ostrich': `kvmscope explain --list` shows all")
    #expect(
      message { (c) throws(ConfigurationError) in try c.setSeverity(of: "damaged", to: "bad") }
        == "'bad' is no severity: expected error, warning or note")
    #expect(
      message { (c) throws(ConfigurationError) in try c.set("damaged", to: "1") }
        == "'damaged' names no option: expected CHECK.OPTION, such as slow-exit.budget")
    #expect(
      message { (c) throws(ConfigurationError) in try c.set("damaged.size", to: "1") }
        == "damaged has no option 'size': the check has none")
  }

  @Test("a file")
  func file() throws {
    var configuration = CheckConfiguration()
    try configuration.read(
      yaml: """
        # shared by check and assert
        rules: { whatever: [assert, wants] }
        checks:
          disable: l2-emulation
          severity:
            damaged: error
          only: [l2-emulation, damaged, lost-events]
        """, path: "kvmscope.yaml")
    // `only` counts before the others, wherever it stands.
    #expect(ids(configuration) == ["lost-events", "damaged"])
    #expect(configuration.severity(of: "damaged") == .error)
    #expect(configuration.severity(of: "lost-events") == nil)
    try configuration.read(yaml: "# nothing", path: "empty.yaml")
    #expect(ids(configuration) == ["lost-events", "damaged"])
  }

  @Test(
    "a file's mistakes have their place",
    arguments: [
      ("checks: [", "f:2:1: not YAML: did not find expected node content"),
      ("check: {}", "f:1:1: unknown key 'check': expected checks"),
      ("checks: 7", "f:1:9: expected a mapping with only, enable, disable, severity, set"),
      ("checks:\n  enabled: []", "f:2:3: unknown key 'enabled'"),
      ("checks:\n  enable: {a: b}", "f:2:11: expected a list"),
      ("checks:\n  enable:\n    - lost-event", "f:3:7: there is no check 'lost-event': did you"),
      ("checks:\n  severity:\n    damaged: loud", "f:3:5: 'loud' is no severity"),
      ("checks:\n  set: {damaged.x: 1}", "f:2:9: damaged has no option 'x'"),
    ])
  func mistakesInFiles(_ text: String, _ message: String) {
    var configuration = CheckConfiguration()
    do throws(ConfigurationErrors) {
      try configuration.read(yaml: text, path: "f")
      Issue.record("no mistake was found")
    } catch {
      #expect("\(error)".hasPrefix(message))
    }
  }
}
