internal import Glibc

/// The bytes of a file descriptor: a regular file, a pipe, standard input, a device.
public final class DescriptorSource: ByteSource {
  /// What messages call it.
  public let path: String
  private let descriptor: CInt
  private var position: UInt64 = 0
  /// Where it stood when it was opened: standard input may have been read from before.
  private let origin: UInt64
  /// See ``ByteSource/failure``.
  public private(set) var failure: SourceFailure?
  /// See ``ByteSource/byteCount``: known for regular files.
  public let byteCount: UInt64?
  /// Whether it is a file that can be read again.
  public var isRegular: Bool { byteCount != nil }
  /// Whether it is a file that was not read from yet, and can be mapped.
  public var canBeMapped: Bool { isRegular && origin == 0 }

  /// The file in memory.
  ///
  /// - Throws: `FileError` when the system refuses, and for an empty file.
  public func map() throws(FileError) -> MappedFile {
    try MappedFile(descriptor: descriptor, path: path)
  }

  /// Opens a path; `-` is standard input.
  ///
  /// - Throws: `FileError` when the system refuses, and for directories.
  public init(path: String) throws(FileError) {
    self.path = path
    // SAFETY: the path is lent to the call as a text that ends in a zero byte.
    let opened = path == "-" ? dup(STDIN_FILENO) : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard opened >= 0 else {
      throw FileError.system(path: path, operation: "open", code: errno)
    }
    var status = stat()
    // SAFETY: `status` is a whole stat structure, written by the call.
    guard unsafe fstat(opened, &status) == 0 else {
      let code = errno
      close(opened)
      throw FileError.system(path: path, operation: "stat", code: code)
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      close(opened)
      throw FileError.isDirectory(path: path)
    }
    descriptor = opened
    byteCount = status.st_mode & S_IFMT == S_IFREG ? UInt64(max(0, status.st_size)) : nil
    origin = status.st_mode & S_IFMT == S_IFREG ? UInt64(max(0, lseek(opened, 0, SEEK_CUR))) : 0
    position = origin
  }

  deinit { close(descriptor) }

  /// See ``ByteSource/read(into:)``.
  public func read(into room: inout MutableRawSpan) -> Int {
    guard failure == nil else { return 0 }
    while true {
      if !isRegular, !waitForBytes() { return 0 }
      // SAFETY: the call writes at most as many bytes as the room has, which is borrowed for it.
      let count = unsafe room.withUnsafeMutableBytes { target in
        unsafe Glibc.read(descriptor, target.baseAddress, target.count)
      }
      if count >= 0 {
        position += UInt64(count)
        return count
      }
      let code = errno
      if code == EINTR || code == EAGAIN {
        if HostProcess.wasInterrupted { return 0 }
        continue
      }
      failure = SourceFailure(
        offset: position, what: "cannot read: " + HostProcess.message(forError: code))
      return 0
    }
  }

  /// Waits until there are bytes, or the end of them.
  ///
  /// A signal that comes right before a read would not end it: so the wait is cut into short ones.
  ///
  /// - Returns: false when the user interrupts the program.
  private func waitForBytes() -> Bool {
    while !HostProcess.wasInterrupted {
      var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      // SAFETY: one request, lent for the call. What cannot be asked is read at once.
      let count = unsafe poll(&request, 1, 100)
      if count > 0 || (count < 0 && errno != EINTR) { return true }
    }
    return false
  }

  /// See ``ByteSource/mayWait``.
  public var mayWait: Bool {
    if isRegular { return false }
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    // SAFETY: one request, lent for the call.
    return unsafe poll(&request, 1, 0) == 0
  }

  /// See ``ByteSource/rewind()``.
  public func rewind() -> Bool {
    guard isRegular, lseek(descriptor, off_t(origin), SEEK_SET) == off_t(origin) else {
      return false
    }
    position = origin
    failure = nil
    return true
  }
}
