internal import Glibc

/// Several files, mapped one behind the other, as if they were one.
///
///     0            65,536           139,264
///     | file 0 ··· | file 1 ······· | file 2 …        each begins a memory page of its own
public struct MappedFiles: Sendable {
  /// All bytes, those between the files too: zeros.
  public let file: MappedFile
  /// Where each of the files that were asked for is; empty for one without bytes.
  public let places: [Range<Int>]

  /// The most files: the system maps no more than 65,530 of them for one process.
  public static let mostFiles = 1 << 15

  /// Maps files.
  ///
  /// - Parameters:
  ///   - paths: the files, which must be regular ones.
  ///   - path: what messages call all of them.
  /// - Throws: `FileError` when one of them cannot be read, and when none has any bytes.
  public init(_ paths: [String], path: String) throws(FileError) {
    guard paths.count <= Self.mostFiles else {
      throw FileError.system(path: path, operation: "map so many files", code: EMFILE)
    }
    var sizes: [Int] = []
    var places: [Range<Int>] = []
    let page = max(Int(sysconf(Int32(_SC_PAGESIZE))), 4096)
    var end = 0
    for path in paths {
      let size = try Self.size(of: path)
      let (next, overflow) = end.addingReportingOverflow(size)
      guard !overflow, next <= Int.max / 2 else {
        throw FileError.system(path: path, operation: "map", code: EFBIG)
      }
      sizes.append(size)
      places.append(end..<next)
      end = (next + page - 1) / page * page
    }
    guard end > 0 else { throw FileError.isEmpty(path: path) }
    // SAFETY: a fresh mapping of nothing, to reserve the addresses; checked against MAP_FAILED below.
    let reserved = unsafe mmap(
      nil, end, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let reserved = unsafe reserved, unsafe reserved != MAP_FAILED else {
      throw FileError.system(path: path, operation: "map", code: errno)
    }
    // From here on the mapping has an owner, which unmaps it whatever happens.
    file = unsafe MappedFile(
      start: UnsafeRawPointer(reserved), byteCount: end, path: path, isBackedByFile: true)
    self.places = places
    for (path, place) in zip(paths, places) where !place.isEmpty {
      // SAFETY: `place` lies inside the mapping and begins a memory page of it.
      try unsafe Self.map(path, place.count, at: reserved + place.lowerBound)
    }
  }

  /// Puts one file where addresses are reserved for it.
  ///
  /// `address` must be inside a mapping of our own, with room for `size` bytes and the rest of the last
  /// page.
  private static func map(
    _ path: String, _ size: Int, at address: UnsafeMutableRawPointer
  ) throws(FileError) {
    // SAFETY: the path is lent to the call as a text that ends in a zero byte.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw FileError.system(path: path, operation: "open", code: errno)
    }
    defer { close(descriptor) }
    var status = stat()
    // SAFETY: `status` is a whole stat structure, written by the call. What is mapped beyond a file's
    // end must not be touched: it must not have become shorter since its size was asked for.
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      Int(status.st_size) >= size
    else { throw FileError.notRegular(path: path) }
    // SAFETY: the caller's range is our own and nobody reads it yet, so that replacing it is sound.
    let result = unsafe mmap(address, size, PROT_READ, MAP_PRIVATE | MAP_FIXED, descriptor, 0)
    guard unsafe result == address else {
      throw FileError.system(path: path, operation: "map", code: errno)
    }
    // SAFETY: the range is the mapping just made. Advice only: a refusal changes nothing.
    _ = unsafe madvise(address, size, MADV_SEQUENTIAL)
  }

  private static func size(of path: String) throws(FileError) -> Int {
    var status = stat()
    // SAFETY: the call fills in one stat, which is what it is given; the path lives for the call.
    guard unsafe stat(path, &status) == 0 else {
      throw FileError.system(path: path, operation: "open", code: errno)
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return max(Int(status.st_size), 0)
    case S_IFDIR: throw FileError.isDirectory(path: path)
    default: throw FileError.notRegular(path: path)
    }
  }
}
