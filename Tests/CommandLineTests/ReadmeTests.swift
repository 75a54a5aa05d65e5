import Foundation
import Testing
import TraceTestSupport

/// The README is true: its commands are run, and print what it says.
///
/// With `RECORD_README=1` the outputs are written anew, and the test fails so that nobody takes it for a check.
@Suite struct ReadmeTests {
  /// A fenced block of the README.
  private struct Block {
    let language: String
    var lines: [String]
  }

  private static let isRecording =
    ProcessInfo.processInfo.environment["RECORD_README"] == "1"

  /// The README cut at its fences: text and blocks take turns, text first.
  private func parts() throws -> (text: [[String]], blocks: [Block]) {
    var text: [[String]] = [[]]
    var blocks: [Block] = []
    var isInBlock = false
    for line in try Repository.text(of: "README.md").components(separatedBy: "\n") {
      if line.hasPrefix("```") {
        isInBlock.toggle()
        if isInBlock {
          blocks.append(Block(language: String(line.dropFirst(3)), lines: []))
        } else {
          text.append([])
        }
      } else if isInBlock {
        blocks[blocks.count - 1].lines.append(line)
      } else {
        text[text.count - 1].append(line)
      }
    }
    return (text, blocks)
  }

  /// What a command prints, as the README shows it: without blanks at the ends of lines.
  private func output(of command: String) throws -> [String] {
    let outcome = try Tool.shell(command)
    #expect(outcome.code <= 2, "\(command): \(outcome.errors)")
    var lines = outcome.output.components(separatedBy: "\n")
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  @Test func commandsPrintWhatItSays() throws {
    var (text, blocks) = try parts()
    var commands = 0
    for index in blocks.indices where blocks[index].language == "console" {
      let command = try #require(blocks[index].lines.first)
      #expect(command.hasPrefix("$ kvmscope "))
      let real = [command] + (try output(of: String(command.dropFirst(2))))
      if Self.isRecording {
        blocks[index].lines = real
      } else {
        #expect(blocks[index].lines == real, "run the tests with RECORD_README=1 to write it anew")
      }
      commands += 1
    }
    #expect(commands >= 4)
    guard Self.isRecording else { return }
    var lines = text.removeFirst()
    for (block, after) in zip(blocks, text) {
      lines += ["```" + block.language] + block.lines + ["```"] + after
    }
    try lines.joined(separator: "\n")
      .write(toFile: Repository.path(of: "README.md"), atomically: true, encoding: .utf8)
    Issue.record("README.md was written anew: look at it, then run the tests again")
  }

  @Test func makeTargetsAreThere() throws {
    let makefile = try Repository.text(of: "Makefile")
    let lines = try parts().blocks.filter { $0.language == "sh" }.flatMap(\.lines)
    let targets = lines.filter { $0.hasPrefix("make ") }.map { $0.split(separator: " ")[1] }
    #expect(targets.contains("demo") && targets.contains("test"))
    for target in targets { #expect(makefile.contains("\n\(target): "), "\(target)") }
  }

  @Test func theLibraryExampleIsTheOneThatIsCompiled() throws {
    let blocks = try parts().blocks.filter { $0.language == "swift" }
    let example = try #require(blocks.first).lines.filter { !$0.hasPrefix("import") && !$0.isEmpty }
    let compiled = try Repository.text(of: "Tests/CommandLineTests/LibraryExample.swift")
      .components(separatedBy: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    for line in example {
      #expect(compiled.contains(line.trimmingCharacters(in: .whitespaces)), "\(line)")
    }
  }

  @Test func exitCodesAreThoseOfTheHelp() throws {
    let help = try Tool.run(["--help"]).output
    for row in try Repository.text(of: "README.md").components(separatedBy: "\n")
    where row.range(of: #"^\| \d+ \|"#, options: .regularExpression) != nil {
      let code = row.split(separator: " ")[1]
      #expect(help.contains("\n  \(code) "), "\(code)")
    }
  }
}
