internal import TraceBytes

/// Tells kinds of trace files apart by their first bytes.
public enum TraceSniffer {
  /// How a trace.dat begins: 17 08 44 "tracing".
  static let traceDatMagic: [UInt8] = [0x17, 0x08, 0x44] + Array("tracing".utf8)

  /// The kind of the file that `bytes` begin.
  ///
  /// Looks at the first 64 bytes at most.
  public static func kind(of bytes: RawSpan) -> TraceKind {
    let head = bytes.array(0..<min(bytes.byteCount, 64))
    func begins(_ mark: [UInt8]) -> Bool { head.starts(with: mark) }
    func begins(_ mark: String) -> Bool { head.starts(with: Array(mark.utf8)) }

    if begins(traceDatMagic) { return .traceDat }
    // The magic, then the size of the header: 16 in the form for pipes.
    if begins("PERFILE2") || begins("2ELIFREP") {
      let sizes = head.dropFirst(8).prefix(8)
      return sizes.contains(16) && sizes.allSatisfy { $0 == 0 || $0 == 16 } ? .perfPipe : .perfData
    }
    if begins("# tracer:") { return .tracefsText }
    if begins("cpus=") { return .reportText }
    if begins([0x1f, 0x8b]) { return .packed("gunzip") }
    if begins([0xfd, 0x37, 0x7a, 0x58, 0x5a]) { return .packed("unxz") }
    if begins([0x28, 0xb5, 0x2f, 0xfd]) { return .packed("unzstd") }
    if begins("BZh") { return .packed("bunzip2") }
    return .unknown
  }
}
