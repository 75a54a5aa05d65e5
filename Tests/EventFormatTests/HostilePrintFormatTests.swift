import EventFormat
import Testing
import TraceTestSupport

@Suite struct HostilePrintFormatTests {
  @Test func mutatedTexts() {
    var random = SeededGenerator(for: "mutatedTexts")
    let text = Formats.text("kvm_exit", id: 7, fields: Formats.exitFields, print: PrintFormats.exit)
    let alphabet = Array("[](){};:\"\n\t *,0159aRf\\?%".utf8)
    for _ in 0..<400 {
      var mutated = text
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let at = Int.random(in: 0..<mutated.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: mutated[at] = alphabet.randomElement(using: &random) ?? 0
        case 1: mutated.removeSubrange(at..<min(mutated.count, at + 7))
        case 2: mutated.insert(alphabet.randomElement(using: &random) ?? 0, at: at)
        default: mutated.removeSubrange(at...)
        }
        if mutated.isEmpty { break }
      }
      let one = OneEvent(text: mutated)
      let record = (0..<64).map { _ in UInt8.random(in: 0...255, using: &random) }
      let number = min(1, one.catalogue.events.count - 1)
      #expect(one.text(record, number: number).utf8.allSatisfy { $0 >= 0x20 })
    }
  }

  /// Time and memory for a text of a megabyte stay small, whatever is in it.
  @Test(arguments: ["(", "!", "REC->a+", "a ", "\"a\" ", "1?1:", "{", "-", "[", "*"])
  func hugeTexts(piece: String) {
    let huge = String(repeating: piece, count: 200_000)
    let one = OneEvent("kvm_fpu", fields: ["u32 load 8 4 0"], print: "\"%d\", \(huge)")
    #expect(one.text(one.record([(8, 4, 1)])) == "load=1")
    let declared = Array(
      "name: a\nID: 1\nformat:\n\tfield:int \(huge) x;\toffset:8;\tsize:4;\n".utf8)
    #expect(OneEvent(text: declared).catalogue.events.count <= 2)
  }
}
