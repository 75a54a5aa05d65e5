import Foundation
import TraceBytes
import TraceContainer
import TraceTestSupport

/// A recording as a directory of bare ring buffers, as a copy of tracefs has them.
struct RawDirectory {
  /// Where it is.
  let path: String

  /// Takes a trace.dat apart; runs `body` while the directory is there.
  static func with<Result>(
    _ fixture: String, _ body: (RawDirectory) throws -> Result
  ) throws -> Result {
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("kvmscope-raw-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    let raw = RawDirectory(path: directory.path)
    try raw.write(TraceDatFile.open(MappedFile(path: Fixture.path(fixture))))
    return try body(raw)
  }

  private func write(_ file: TraceDatFile) throws {
    try write(Array(file.headerPage.utf8), "events/header_page")
    try write(Array(file.headerEvent.utf8), "events/header_event")
    for format in file.formats {
      let text = String(decoding: format.text, as: UTF8.self)
      let line = text.split(separator: "\n").first { $0.hasPrefix("name: ") } ?? ""
      try write(format.text, "events/\(format.system)/\(line.dropFirst(6))/format")
    }
    try write(file.kallsyms, "kallsyms")
    try write(file.printkFormats, "printk_formats")
    let names = file.savedCommands.map { "\($0.key) \($0.value)\n" }.joined()
    try write(Array(names.utf8), "saved_cmdlines")
    for buffer in file.buffers {
      let top = buffer.name.isEmpty ? "" : "instances/\(buffer.name)/"
      try write(Array("[\(buffer.clock)] other".utf8), top + "trace_clock")
      for reader in file.readers(for: buffer) {
        var bytes: [UInt8] = []
        while try reader.nextBlock() {
          let block = reader.block
          bytes += block.array(0..<block.byteCount)
        }
        try write(bytes, top + "per_cpu/cpu\(reader.location.cpu)/trace_pipe_raw")
      }
    }
  }

  /// Writes one of its files.
  func write(_ bytes: [UInt8], _ name: String) throws {
    let url = URL(fileURLWithPath: path).appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  /// Reads one of its files.
  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path).appendingPathComponent(name)))
  }

  /// Removes one of its files, or a directory.
  func remove(_ name: String) throws {
    try FileManager.default.removeItem(at: URL(fileURLWithPath: path).appendingPathComponent(name))
  }
}
