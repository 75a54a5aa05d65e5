import Foundation

/// What kvmscope finds in an input: what the others' counts are held against.
struct Facts {
  var events = 0
  var streams = 0
  var vcpus = 0
  /// Exits that an entry answered, as `perf kvm stat` counts them; only of perf.data.
  var samples: Int?

  /// Reads an input; as a side effect its pages are in the cache afterwards.
  init(of input: String, _ settings: Settings) throws {
    struct Summary: Decodable {
      struct Trace: Decodable {
        let events: Int
        let cpus: Int
      }
      struct VCPU: Decodable {}
      let traces: [Trace]
      let vcpus: [VCPU]
    }
    let outcome = try Command(settings.kvmscope, ["summary", "--format", "json", input]).run(
      .kept, in: settings.directory)
    let summary = try JSONDecoder().decode(Summary.self, from: Data(outcome.output.utf8))
    guard let trace = summary.traces.first else { throw Failure("no trace in \(input)") }
    events = trace.events
    streams = trace.cpus
    vcpus = summary.vcpus.count
    guard input.hasSuffix(".perf.data") else { return }
    let table = try Command(settings.kvmscope, ["summary", "--style", "perf", input]).run(
      .kept, in: settings.directory)
    samples = number(behind: "Total Samples:", in: table.output)
  }
}

/// The number that stands behind a word, where it comes last in a text.
func number(behind word: String, in text: String) -> Int? {
  guard let range = text.range(of: word, options: .backwards) else { return nil }
  return Int(text[range.upperBound...].drop { $0 == " " }.prefix(while: \.isNumber))
}
