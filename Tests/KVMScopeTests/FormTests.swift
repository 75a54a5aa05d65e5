import KVMScope
import KVMTimeline
import Testing
import TimelineTestSupport
import TraceBytes
import TraceChecks
import TraceContainer
import TraceTestSupport

/// One recording in every form that trace-cmd writes: all say the same.
struct FormTests {
  /// How a file is written.
  struct Form: Sendable, CustomTestStringConvertible {
    var version: Int
    var packing: Packing
    var testDescription: String { "version \(version), \(packing.rawValue)" }
  }

  static let allForms: [Form] = [
    Form(version: 6, packing: .none), Form(version: 7, packing: .none),
    Form(version: 7, packing: .zstd), Form(version: 7, packing: .zlib),
  ]

  @Test("the form of a file changes nothing", arguments: allForms)
  func forms(_ form: Form) throws {
    for name in [
      "svm-6.1/nested_mix-2v-full-clock-mono", "vmx-5.10/invalid_l2-mode1",
      "svm-6.1/svm-smm_test",
    ] {
      let original = Fixture.path("trace-dat/\(name).dat")
      let rebuilt = try TemporaryFile(
        try TraceDatBuilder(copying: original, version: form.version, packing: form.packing).bytes()
      )
      let a = try Analysis.check([original])
      let b = try Analysis.check([rebuilt.path])
      #expect(a.checks.findings.map(Self.words) == b.checks.findings.map(Self.words))
      #expect(a.checks.verdict == b.checks.verdict)
      #expect(String(describing: a.vcpus) == String(describing: b.vcpus))
      #expect(b.checks.traces.map(\.damage.count) == [0])
      #expect(try intervals(original) == intervals(rebuilt.path))
    }
  }

  private func intervals(_ path: String) throws -> [Interval] {
    var all: [Interval] = []
    _ = try Analysis.timeline(path) { interval, _ in all.append(interval) }
    return all
  }

  /// A finding without the path in its command.
  private static func words(_ finding: Finding) -> String {
    var finding = finding
    finding.show = ""
    return String(describing: finding)
  }
}

extension TraceDatBuilder {
  /// The events and formats of a file, to be written in another form.
  init(copying path: String, version: Int, packing: Packing) throws {
    let file = try TraceDatFile.open(MappedFile(path: path))
    var buffers: [Buffer] = []
    for buffer in file.buffers {
      var cpus: [[[UInt8]]] = []
      for reader in file.readers(for: buffer) {
        var pages: [[UInt8]] = []
        while try reader.nextBlock() {
          let block = reader.block
          for page in 0..<reader.pageCount {
            let begin = page * buffer.pageSize
            pages.append(block.array(begin..<begin + buffer.pageSize))
          }
        }
        cpus.append(pages)
      }
      buffers.append(Buffer(name: buffer.name, clock: buffer.clock, cpus: cpus))
    }
    self.init(buffers: buffers)
    self.version = version
    self.packing = packing
    longSize = file.longSize
    ftraceFormats = []
    formats = []
    for format in file.formats {
      let text = String(decoding: format.text, as: UTF8.self)
      if format.system == "ftrace" {
        ftraceFormats.append(text)
      } else if let at = formats.firstIndex(where: { $0.system == format.system }) {
        formats[at].texts.append(text)
      } else {
        formats.append((format.system, [text]))
      }
    }
    commandLines = file.savedCommands.sorted { $0.key < $1.key }
      .map { "\($0.key) \($0.value)\n" }.joined()
  }
}
