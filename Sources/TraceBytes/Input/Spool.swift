internal import Glibc

/// A nameless temporary file that keeps what can be read only once.
///
/// It lies in `$TMPDIR`, else in `/var/tmp`, and is gone when it is closed, however the program
/// ends. Traces are long: it costs disk, not memory.
public final class Spool {
  /// The bytes kept so far.
  public private(set) var byteCount: UInt64 = 0
  /// Why nothing more is kept; nil while all is well.
  public private(set) var failure: String?
  private let descriptor: CInt

  /// Makes an empty spool.
  ///
  /// - Throws: `FileError` naming the directory when no file can be made there.
  public init() throws(FileError) {
    let directory =
      HostProcess.environment("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/var/tmp"
    var template = Array("\(directory)/kvmscope-XXXXXX".utf8CString)
    // SAFETY: a text of our own that ends in a zero byte and may be written to, as mkstemp does.
    let opened = unsafe template.withUnsafeMutableBufferPointer { name -> CInt in
      guard let first = name.baseAddress else { return -1 }
      let opened = unsafe mkstemp(first)
      if opened >= 0 {
        unsafe unlink(first)
        _ = fcntl(opened, F_SETFD, FD_CLOEXEC)
      }
      return opened
    }
    guard opened >= 0 else {
      throw FileError.system(path: directory, operation: "make a temporary file", code: errno)
    }
    descriptor = opened
  }

  deinit { close(descriptor) }

  /// Appends bytes.
  ///
  /// - Returns: whether they are kept; if not, `failure` says why, and nothing more is kept.
  public func append(_ bytes: RawSpan) -> Bool {
    guard failure == nil else { return false }
    var written = 0
    while written < bytes.byteCount {
      let part = bytes.extracting(droppingFirst: written)
      // SAFETY: the call reads only the bytes of the part, which is borrowed for it.
      let count = unsafe part.withUnsafeBytes { source in
        unsafe pwrite(descriptor, source.baseAddress, source.count, off_t(byteCount))
      }
      if count > 0 {
        written += count
        byteCount += UInt64(count)
      } else if errno != EINTR {
        failure = HostProcess.lastErrorMessage
        return false
      }
    }
    return true
  }

  /// Copies bytes out.
  ///
  /// - Parameters:
  ///   - offset: of the first one.
  ///   - room: where they go.
  /// - Returns: how many there were; 0 at the end.
  public func read(at offset: UInt64, into room: inout MutableRawSpan) -> Int {
    while true {
      // SAFETY: the call writes at most as many bytes as the room has, which is borrowed for it.
      let count = unsafe room.withUnsafeMutableBytes { target in
        unsafe pread(descriptor, target.baseAddress, target.count, off_t(offset))
      }
      if count >= 0 { return count }
      if errno != EINTR { return 0 }
    }
  }

  /// Appends all that a source still has.
  ///
  /// - Returns: whether everything is kept.
  public func append(allOf source: any ByteSource) -> Bool {
    let buffer = ByteBuffer(capacity: 1 << 18)
    while buffer.fill(from: source) > 0 {
      if !append(buffer.content) { return false }
      buffer.removeAll()
    }
    return true
  }

  /// Everything kept so far as a mapped file.
  ///
  /// - Parameter path: what messages call it.
  /// - Returns: the file, which outlives this spool.
  /// - Throws: `FileError` when the system refuses, and when there is nothing.
  public func map(path: String) throws(FileError) -> MappedFile {
    try MappedFile(descriptor: descriptor, path: path)
  }
}
