import ArgumentParser
import TraceBytes
import TraceChecks

/// Which checks speak, and how: the configuration file first, then the options in this order.
struct CheckOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Read which checks speak, and how, from this YAML file; the options below come on top.",
      valueName: "file"),
    completion: .file())
  var config: String?

  @Option(
    help: ArgumentHelp("Only these checks; repeatable, or a list: a,b.", valueName: "id"),
    completion: Self.ids)
  var only: [String] = []

  @Option(
    help: ArgumentHelp("Turn these checks on (all: every one).", valueName: "id"),
    completion: Self.ids)
  var enable: [String] = []

  @Option(
    help: ArgumentHelp("Turn these checks off (all: every one).", valueName: "id"),
    completion: Self.ids)
  var disable: [String] = []

  @Option(
    help: ArgumentHelp(
      "The severity of a check's findings: error, warning or note.", valueName: "id=level"))
  var severity: [String] = []

  @Option(
    help: ArgumentHelp(
      "A number of a check, as in slow-exit.budget=200us; `explain` names them all.",
      valueName: "id.option=value"))
  var set: [String] = []

  private static var ids: CompletionKind { .list(CheckCatalogue.all.map(\.id)) }

  /// Says what is wrong before anything is read.
  func validate() throws { _ = try configuration() }

  /// The configuration that file and options make together.
  ///
  /// - Throws: what is wrong with either (exit code 64), or that the file cannot be read (66).
  func configuration() throws -> CheckConfiguration {
    var result = CheckConfiguration()
    if let config {
      let text = try ConfigurationFile.text(of: config)
      do throws(ConfigurationErrors) { try result.read(yaml: text, path: config) } catch {
        throw ValidationError("\(error)")
      }
    }
    let only = Self.words(only)
    if !only.isEmpty {
      try said("--only: ") { () throws(ConfigurationError) in try result.enableOnly(only) }
    }
    for id in Self.words(enable) {
      try said("--enable: ") { () throws(ConfigurationError) in try result.enable(id) }
    }
    for id in Self.words(disable) {
      try said("--disable: ") { () throws(ConfigurationError) in try result.disable(id) }
    }
    for word in severity {
      let (id, level) = try Self.pair(word, "--severity", "ID=LEVEL")
      try said("--severity: ") { () throws(ConfigurationError) in
        try result.setSeverity(of: id, to: level)
      }
    }
    for word in set {
      let (name, value) = try Self.pair(word, "--set", "CHECK.OPTION=VALUE")
      try said("--set: ") { () throws(ConfigurationError) in try result.set(name, to: value) }
    }
    return result
  }

  private static func words(_ lists: [String]) -> [String] {
    lists.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
  }

  private static func pair(
    _ word: String, _ option: String, _ form: String
  ) throws -> (String, String) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw ValidationError("\(option): '\(word)' has no '=': expected \(form).")
    }
    return (String(parts[0]), String(parts[1]))
  }

  private func said(
    _ option: String, _ body: () throws(ConfigurationError) -> Void
  ) throws {
    do throws(ConfigurationError) { try body() } catch {
      throw ValidationError("\(option)\(error)")
    }
  }
}

/// A YAML file that the user wrote.
enum ConfigurationFile {
  /// Its text.
  ///
  /// - Throws: exit code 66 when it cannot be read, 64 when it is no text.
  static func text(
    of path: String, mostBytes: Int = CheckConfiguration.mostBytes
  ) throws -> String {
    let file: MappedFile
    do throws(FileError) {
      file = try MappedFile(path: path)
    } catch {
      switch error {
      case .isEmpty: return ""
      case .isDirectory: Message.say("\(path): is a directory, a configuration file expected")
      default: Message.say("\(error)")
      }
      throw ExitCode(66)
    }
    // One byte more than may be is enough to see that it is too much.
    let bytes = file.bytes.array(0..<min(file.byteCount, mostBytes + 1))
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ValidationError("\(path): not a text in UTF-8.")
    }
    return text
  }
}
