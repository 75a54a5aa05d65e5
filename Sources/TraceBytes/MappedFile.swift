internal import Glibc

/// A whole file, mapped into memory for reading.
///
/// Mapped, not read: a trace of many gigabytes costs address space only. The bytes are lent by
/// `bytes` and cannot outlive this object, which unmaps them at its end; it may be shared by any
/// number of tasks, for nobody writes. A file that another program cuts shorter while it is mapped
/// is beyond help: the system ends the process.
///
///     let file = try MappedFile(path: "trace.dat")
///     let magic = file.bytes.u16(at: 0)
@safe
public final class MappedFile: Sendable {
  /// The path as given.
  public let path: String
  /// The file's size in bytes: at least 1.
  public let byteCount: Int
  /// The first byte.
  ///
  /// Never written through, and valid until `deinit`.
  private nonisolated(unsafe) let start: UnsafeRawPointer
  /// Whether the bytes are those of a file, and not of memory alone.
  private let isBackedByFile: Bool
  /// The open file, for `read`; -1 without one.
  private let descriptor: CInt

  /// Maps the file at `path`.
  ///
  /// - Throws: `FileError` with errno when the system refuses, and for directories, pipes, devices
  ///   and empty files.
  public convenience init(path: String) throws(FileError) {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer, for ever if none comes.
    // SAFETY: the path is lent to the call as a text that ends in a zero byte.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw FileError.system(path: path, operation: "open", code: errno)
    }
    defer { close(descriptor) }
    try self.init(descriptor: descriptor, path: path)
  }

  /// Maps the file behind a descriptor, which stays open.
  convenience init(descriptor: CInt, path: String) throws(FileError) {
    var status = stat()
    // SAFETY: `status` is a whole stat structure, written by the call.
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw FileError.system(path: path, operation: "stat", code: errno)
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw FileError.isDirectory(path: path)
    default: throw FileError.notRegular(path: path)
    }
    guard status.st_size > 0 else { throw FileError.isEmpty(path: path) }
    let size = Int(status.st_size)

    // SAFETY: a fresh private mapping, read only; its address is checked against MAP_FAILED below.
    let address = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      throw FileError.system(path: path, operation: "map", code: errno)
    }
    // SAFETY: the range is the mapping just made. Advice only: a refusal changes nothing.
    _ = unsafe madvise(address, size, MADV_SEQUENTIAL)
    unsafe self.init(
      start: UnsafeRawPointer(address), byteCount: size, path: path, isBackedByFile: true,
      descriptor: descriptor)
  }

  /// Owns a mapping that was just made.
  ///
  /// `descriptor` is that of the file, and stays the caller's; -1 without one.
  init(
    start: UnsafeRawPointer, byteCount: Int, path: String, isBackedByFile: Bool,
    descriptor: CInt = -1
  ) {
    self.path = path
    self.byteCount = byteCount
    self.isBackedByFile = isBackedByFile
    // Where no more files can be open, the mapping serves alone.
    self.descriptor = descriptor >= 0 ? fcntl(descriptor, F_DUPFD_CLOEXEC, 0) : -1
    unsafe self.start = start
  }

  /// A file in memory only, for traces that come from elsewhere than a disk.
  ///
  /// - Parameters:
  ///   - bytes: the content, which is copied.
  ///   - path: what messages call it.
  /// - Throws: `FileError` when there are no bytes, or no memory for them.
  public convenience init(copying bytes: [UInt8], path: String) throws(FileError) {
    guard !bytes.isEmpty else { throw FileError.isEmpty(path: path) }
    // SAFETY: a fresh private mapping without a file; its address is checked against MAP_FAILED
    // below.
    let address = unsafe mmap(
      nil, bytes.count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      throw FileError.system(path: path, operation: "map", code: errno)
    }
    // SAFETY: the new mapping has room for `bytes.count` bytes and overlaps nothing.
    unsafe bytes.withUnsafeBytes { source in
      unsafe UnsafeMutableRawBufferPointer(start: address, count: bytes.count)
        .copyMemory(from: source)
    }
    unsafe self.init(
      start: UnsafeRawPointer(address), byteCount: bytes.count, path: path, isBackedByFile: false)
  }

  deinit {
    // SAFETY: `start` and `byteCount` are the mapping made in `init`; no span outlives its owner.
    unsafe munmap(UnsafeMutableRawPointer(mutating: start), byteCount)
    if descriptor >= 0 { close(descriptor) }
  }

  /// All bytes of the file.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // SAFETY: the mapping has `byteCount` bytes and lives as long as `self`, which the result
      // borrows.
      let span = unsafe RawSpan(_unsafeStart: start, byteCount: byteCount)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Tells the system that the bytes in `range` are not needed soon, so that a long file does not
  /// stay in memory.
  ///
  /// They can still be read: the system fetches them again. Only whole memory pages inside the
  /// range are given back.
  public func release(_ range: Range<Int>) {
    // Memory without a file would lose its content.
    guard isBackedByFile else { return }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    guard page > 0 else { return }
    let first = (max(range.lowerBound, 0) + page - 1) / page * page
    let end = min(range.upperBound, byteCount) / page * page
    guard first < end else { return }
    // SAFETY: `first..<end` lies inside the mapping. It is private and never written, so dropping
    // its pages changes no byte that a reader could see.
    _ = unsafe madvise(UnsafeMutableRawPointer(mutating: start + first), end - first, MADV_DONTNEED)
  }

  /// Whether `read` can be used.
  public var canRead: Bool { descriptor >= 0 }

  /// Reads bytes of the file into memory of the caller's.
  ///
  /// Whoever goes through a long file once is faster this way: the first look at each page of a
  /// mapping costs more than copying it (several times more on a virtual machine), and memory that
  /// is used again and again stays in the caches.
  ///
  /// - Parameters:
  ///   - offset: where in the file; at least 0.
  ///   - room: where to; as many bytes are read as it has.
  /// - Returns: how many bytes were read: fewer when the file ends there, or when the system refuses.
  public func read(at offset: Int, into room: inout MutableRawSpan) -> Int {
    let (wanted, file) = (room.byteCount, descriptor)
    // SAFETY: the room is lent for this call only.
    return unsafe room.withUnsafeMutableBytes { room in
      var done = 0
      while done < wanted, let start = room.baseAddress {
        // SAFETY: `wanted - done` bytes of the room are behind `start + done`.
        let count = unsafe pread(file, start + done, wanted - done, off_t(offset + done))
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { break }
        done += count
      }
      return done
    }
  }
}
