internal import TraceBytes

/// perf.data as a directory: `perf record --kcore`, and what `perf inject` makes of one.
///
///     data        a perf.data file, with all samples
///     data.0 …    of `perf record --threads`: samples, in files of their own
///     kcore_dir/  the kernel's code
extension PerfDataFile {
  /// Reads the metadata of a perf.data directory.
  ///
  /// - Returns: nil when it is none.
  /// - Throws: `ContainerError` when its samples lie in several files, and for a damaged file.
  public static func open(directory path: String) throws(ContainerError) -> PerfDataFile? {
    guard FileTree.isFile(path + "/data") else { return nil }
    let file: MappedFile
    do throws(FileError) {
      file = try MappedFile(path: path + "/data")
    } catch {
      return nil
    }
    guard TraceSniffer.kind(of: file.bytes) == .perfData else { return nil }
    if FileTree.isFile(path + "/data.0") {
      throw ContainerError(
        .undecodable, at: FileOffset(0),
        part:
          "the samples of this perf.data directory lie in several files (perf record --threads)",
        suggestion: "perf inject -i DIRECTORY -o NEW puts them into one")
    }
    return try open(file)
  }
}
