import Decompression
import TraceBytes
import TraceChecks
import TraceContainer

/// What is at a path: opened, unpacked, and told apart by its content.
///
///     path ─▶ a directory of bare ring buffers
///     path ─▶ bytes ─▶ unpacked, as often as packed ─▶ trace.dat, perf.data: mapped
///                                                     text: read as it comes
///
/// What cannot be mapped where it is (a pipe, a packed file) is kept in a nameless temporary file.
struct InputFile {
  /// What it is.
  let recording: Recording
  /// What went wrong on the way to it.
  let damage: [TraceChecks.Damage]

  /// Something packed may itself be packed, so many times.
  private static let mostPackings = 3

  /// Bytes, told apart.
  private enum Content {
    /// A container of binary records.
    case mapped(MappedFile)
    /// Perhaps a log.
    case text(canBeReadAgain: Bool)
  }

  /// Opens a path; `-` is standard input.
  ///
  /// - Parameters:
  ///   - path: of a file, a pipe, or a directory of bare ring buffers.
  ///   - isReadTwice: whether a log of text must be readable again.
  /// - Throws: `AnalysisError` naming the path, and what was found where.
  init(path: String, isReadTwice: Bool) throws(AnalysisError) {
    if FileTree.isDirectory(path) {
      do throws(ContainerError) {
        if let found = try Recording(directory: path) {
          recording = found
          damage = []
          return
        }
      } catch {
        throw AnalysisError.notATrace(path: path, reason: "\(error)")
      }
    }
    let source: PeekedSource
    let content: Content
    do throws(FileError) {
      (source, content) = try Self.open(path, isReadTwice)
    } catch {
      switch error {
      case .isEmpty, .isDirectory: throw AnalysisError.notATrace(path: path, reason: error.reason)
      default: throw AnalysisError.cannotOpen(path: path, reason: error.reason)
      }
    }
    do throws(ContainerError) {
      switch content {
      case .mapped(let mapped):
        recording = try Recording(mapped)
        damage = source.failure.map { [TraceChecks.Damage(offset: $0.offset, what: $0.what)] } ?? []
      case .text(let canBeReadAgain):
        recording = .text(try TextLog(source, canBeReadAgain: canBeReadAgain))
        damage = []
      }
    } catch {
      throw AnalysisError.notATrace(path: path, reason: Self.reason("\(error)", source.failure))
    }
  }

  private static func open(
    _ path: String, _ isReadTwice: Bool
  ) throws(FileError) -> (PeekedSource, Content) {
    let file = try DescriptorSource(path: path)
    if file.byteCount == 0 { throw .isEmpty(path: path) }
    let kept = file.isRegular ? nil : SpooledSource(file, in: try Spool())
    var source = PeekedSource(kept ?? file, capacity: TextLog.headSize)
    var packings = 0
    peek(source)
    while packings < mostPackings, let packing = UnpackingSource.Packing.of(source.peeked),
      let unpacked = UnpackingSource(source, packing)
    {
      source = PeekedSource(unpacked, capacity: TextLog.headSize)
      packings += 1
      peek(source)
    }
    if source.peeked.byteCount == 0, source.failure == nil { throw .isEmpty(path: path) }
    guard TraceSniffer.kind(of: source.peeked).isBinary else {
      if !isReadTwice { kept?.stopKeeping() }
      return (source, .text(canBeReadAgain: file.isRegular || isReadTwice))
    }
    if packings == 0, let kept { return (source, .mapped(try kept.map(path: path))) }
    if packings == 0, file.canBeMapped { return (source, .mapped(try file.map())) }
    let spool = try Spool()
    if !spool.append(allOf: source) {
      throw .cannotKeep(path: path, reason: spool.failure ?? "no reason was given")
    }
    return (source, .mapped(try spool.map(path: path)))
  }

  /// Enough bytes to tell kinds apart, however few come at a time.
  private static func peek(_ source: PeekedSource) {
    while source.peeked.byteCount < 16, source.peekMore() {}
  }

  private static func reason(_ reason: String, _ failure: SourceFailure?) -> String {
    guard let failure else { return reason }
    return reason + "; at offset \(failure.offset) of the packed file: \(failure.what)"
  }
}
