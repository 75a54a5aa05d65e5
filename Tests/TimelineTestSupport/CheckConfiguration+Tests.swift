public import TraceChecks

extension CheckConfiguration {
  /// The checks that the project exists for and those of the trace itself: tests of these need not know the others.
  public static var core: CheckConfiguration { groups([.core, .trace]) }

  /// Every check, those that are off by default too.
  public static var all: CheckConfiguration { groups(CheckGroup.allCases) }

  /// The checks of some chapters of the catalogue.
  public static func groups(_ groups: [CheckGroup]) -> CheckConfiguration {
    only(CheckCatalogue.all.filter { groups.contains($0.group) }.map(\.id))
  }

  /// Some checks, with their numbers: `slow-exit.budget=200us`.
  ///
  /// What is not in the catalogue is a mistake in the test and ends it.
  public static func only(_ ids: [String], _ settings: [String] = []) -> CheckConfiguration {
    var configuration = CheckConfiguration()
    do throws(ConfigurationError) {
      try configuration.enableOnly(ids)
      for setting in settings {
        let parts = setting.split(separator: "=").map(String.init)
        try configuration.set(parts[0], to: parts[1])
      }
    } catch {
      preconditionFailure("\(error)")
    }
    return configuration
  }
}
