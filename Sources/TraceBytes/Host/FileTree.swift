internal import Glibc

/// Looks into directories, and reads small files in them.
///
/// Nothing here waits: pipes and devices are not read, whatever their names are.
public enum FileTree {
  /// Whether a directory is at a path.
  public static func isDirectory(_ path: String) -> Bool {
    kind(of: path) == S_IFDIR
  }

  /// Whether a regular file is at a path.
  public static func isFile(_ path: String) -> Bool {
    kind(of: path) == S_IFREG
  }

  private static func kind(of path: String) -> mode_t? {
    var status = stat()
    // SAFETY: the call fills in one stat, which is what it is given; the path lives for the call.
    guard unsafe stat(path, &status) == 0 else { return nil }
    return status.st_mode & S_IFMT
  }

  /// The names in a directory, in order of their bytes, without those that begin with a dot.
  ///
  /// - Parameters:
  ///   - path: the directory.
  ///   - limit: the most names; the rest is left out.
  /// - Returns: none when it cannot be read.
  public static func names(in path: String, limit: Int = 1 << 16) -> [String] {
    // SAFETY: the path lives for the call; the result is checked.
    guard let directory = unsafe opendir(path) else { return [] }
    defer {
      // SAFETY: it was opened above and is closed once.
      unsafe _ = closedir(directory)
    }
    var names: [String] = []
    // SAFETY: the entry is valid until the next call; its name ends in a zero byte and is copied.
    while names.count < limit, let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
  }

  /// The content of a small file, also of one that does not know its size, as in procfs and tracefs.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - limit: the most bytes; the rest is left out.
  /// - Returns: nil when it is no regular file or cannot be read.
  public static func bytes(of path: String, limit: Int) -> [UInt8]? {
    guard isFile(path) else { return nil }
    // SAFETY: the path is lent to the call as a text that ends in a zero byte.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 14)
    while content.count < limit {
      let wanted = min(part.count, limit - content.count)
      // SAFETY: the buffer has room for `wanted` bytes, and lives for the call.
      let count = unsafe part.withUnsafeMutableBytes {
        unsafe read(descriptor, $0.baseAddress, wanted)
      }
      if count < 0 { return content.isEmpty ? nil : content }
      if count == 0 { break }
      content += part[..<count]
    }
    return content
  }
}
