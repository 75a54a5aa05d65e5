internal import TraceBytes

/// Where the parts of a directory of bare ring buffers are: a copy of tracefs, or what a crash dump gave.
///
///     per_cpu/cpu0/trace_pipe_raw …       the sub-buffers, as the kernel hands them out
///     events/header_page, events/kvm/kvm_exit/format …
///     trace_clock, saved_cmdlines, saved_tgids, printk_formats, kallsyms     where they were kept
///     instances/NAME/per_cpu/…            the same again for each instance
struct RawDirectory {
  /// One ring buffer.
  struct Buffer {
    /// The instance's name; empty for the top one.
    var name: String
    /// Its directory.
    var path: String
    /// The numbers and files of its CPUs, in order of the numbers.
    var cpus: [(number: Int, path: String)]
  }

  /// The directory that `per_cpu` and `instances` are in.
  let path: String
  /// The directory of the format texts; nil when there is none.
  let events: String?
  /// The ring buffers: the top one first, the others by name.
  let buffers: [Buffer]

  /// The most instances.
  private static let mostInstances = 1024

  /// Looks at a directory; nil when it holds no ring buffers.
  init?(_ path: String) {
    // `per_cpu` itself may have been named: its formats are beside it.
    let isPerCPU = !Self.cpus(in: path).isEmpty
    self.path = isPerCPU ? path + "/.." : path
    var buffers: [Buffer] = []
    let top = isPerCPU ? path : path + "/per_cpu"
    let cpus = Self.cpus(in: top)
    if !cpus.isEmpty { buffers.append(Buffer(name: "", path: self.path, cpus: cpus)) }
    if !isPerCPU {
      for name in FileTree.names(in: path + "/instances", limit: Self.mostInstances) {
        let directory = path + "/instances/" + name
        let cpus = Self.cpus(in: directory + "/per_cpu")
        if !cpus.isEmpty { buffers.append(Buffer(name: name, path: directory, cpus: cpus)) }
      }
    }
    guard !buffers.isEmpty else { return nil }
    self.buffers = buffers
    // An instance by itself has formats, but the header only stands at the top.
    let places = ["", "/..", "/../.."].map { [path = self.path] in path + $0 + "/events" }
    events =
      places.first { FileTree.isFile($0 + "/header_page") }
      ?? places.first { FileTree.isDirectory($0) }
  }

  /// `cpuN/trace_pipe_raw` of all N.
  private static func cpus(in path: String) -> [(number: Int, path: String)] {
    var cpus: [(number: Int, path: String)] = []
    for name in FileTree.names(in: path) where name.hasPrefix("cpu") {
      guard let number = Int(name.dropFirst(3)), number >= 0, number < 1 << 20 else { continue }
      let file = "\(path)/\(name)/trace_pipe_raw"
      if FileTree.isFile(file) { cpus.append((number, file)) }
    }
    return cpus.sorted { $0.number < $1.number }
  }
}
