import Foundation

/// `make bench`: makes the inputs, runs kvmscope and its peers on them in turn, and holds the ratios against the goals.
@main
struct Compare {
  static func main() throws {
    let settings = try Settings()
    say("Inputs, in \(settings.directory.path)")
    var inputs = Inputs(settings)
    try inputs.make()
    say("Peers")
    let peers = try Peers(settings)
    if !FileManager.default.fileExists(atPath: settings.peers.path) {
      say("  there is no \(settings.peers.path): kvmscope is measured alone")
    }
    say("Measuring")
    var measurement = Measurement(Contestant.all(settings, peers), settings)
    measurement.run(inputs, peers)
    let memory = inputs.made.map(\.name).filter { $0.hasPrefix("big") || $0.hasPrefix("cpu") }
      .compactMap { name in measurement.facts[name].flatMap { Memory(of: name, $0, settings) } }
    var goals = Goals(measurement, isSmokeTest: settings.isQuick)
    goals.judge(memory)
    let report = Report(settings, inputs, measurement, goals, memory)
    try report.write(to: settings.results)
    FileHandle.standardOutput.write(Data(report.markdown.utf8))
    say("Written to \(settings.results).md and .json")
  }
}
