public import TraceBytes

/// Builds a whole trace.dat file, version 6 or 7, as trace-cmd would write it.
public struct TraceDatBuilder: Sendable {
  /// One ring buffer.
  public struct Buffer: Sendable {
    /// The instance's name; empty for the top one.
    public var name: String
    /// The clock's name.
    public var clock: String
    /// The CPUs: whole sub-buffers in a row; an empty CPU has none.
    public var cpus: [[[UInt8]]]

    /// A buffer with these sub-buffers of each CPU.
    public init(name: String = "", clock: String = "local", cpus: [[[UInt8]]]) {
      self.name = name
      self.clock = clock
      self.cpus = cpus
    }
  }

  /// One option besides those that every file has.
  public struct Option: Sendable {
    /// Its kind.
    public var id: UInt16
    /// Its content.
    public var content: [UInt8]

    /// An option of kind `id`.
    public init(_ id: UInt16, _ content: [UInt8]) {
      self.id = id
      self.content = content
    }
  }

  /// 6 or 7.
  public var version = 7
  /// The byte order.
  public var order = ByteOrder.little
  /// Bytes of a `long` of the recording program.
  public var longSize = 8
  /// Bytes of a `long` of the kernel.
  public var kernelLongSize = 8
  /// Bytes of a sub-buffer, and of a page of the file.
  public var pageSize = 4096
  /// How it is packed; version 6 never is.
  public var packing = Packing.none
  /// Sub-buffers per chunk of packed data.
  public var pagesPerChunk = 10
  /// The texts of the tracer's own formats.
  public var ftraceFormats = ["name: print\nID: 5\n"]
  /// The texts of all other formats, by system.
  public var formats = [(system: "kvm", texts: ["name: kvm_entry\nID: 100\n"])]
  /// The text of /proc/kallsyms.
  public var kallsyms = "ffffffff81000000 T _stext\n"
  /// The text of printk_formats.
  public var printkFormats = "0xffffffff82000000 : \"%d\\n\"\n"
  /// The text of saved_cmdlines.
  public var commandLines = "1 systemd\n4870 CPU 0/KVM:x2-91\n"
  /// More options.
  public var options: [Option] = []
  /// The ring buffers, the top one first.
  public var buffers: [Buffer]

  /// A file with these ring buffers.
  public init(buffers: [Buffer]) {
    self.buffers = buffers
  }

  /// A file with one ring buffer.
  public init(cpus: [[[UInt8]]]) {
    self.init(buffers: [Buffer(cpus: cpus)])
  }

  /// The file.
  public func bytes() -> [UInt8] {
    version == 6 ? version6() : version7()
  }

  /// The text of header_page.
  var headerPage: String {
    let data = 8 + kernelLongSize
    return """
      \tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;
      \tfield: local_t commit;\toffset:8;\tsize:\(kernelLongSize);\tsigned:1;
      \tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;
      \tfield: char data;\toffset:\(data);\tsize:\(pageSize - data);\tsigned:0;

      """
  }

  /// The bytes that both versions begin with.
  func start() -> ByteWriter {
    var writer = ByteWriter(order: order)
    writer.raw([0x17, 0x08, 0x44])
    writer.raw(Array("tracing".utf8))
    writer.cString(String(version))
    writer.integer(UInt8(order == .little ? 0 : 1))
    writer.integer(UInt8(longSize))
    writer.integer(UInt32(pageSize))
    return writer
  }

  /// The content of the section of header texts.
  func headers() -> [UInt8] {
    var writer = ByteWriter(order: order)
    writer.cString("header_page")
    writer.integer(UInt64(headerPage.utf8.count))
    writer.raw(Array(headerPage.utf8))
    let event = "# compressed entry header\n"
    writer.cString("header_event")
    writer.integer(UInt64(event.utf8.count))
    writer.raw(Array(event.utf8))
    return writer.bytes
  }

  /// A count and so many texts, each with its 64-bit size.
  private func texts(_ texts: [String]) -> [UInt8] {
    var writer = ByteWriter(order: order)
    writer.integer(UInt32(texts.count))
    for text in texts {
      writer.integer(UInt64(text.utf8.count))
      writer.raw(Array(text.utf8))
    }
    return writer.bytes
  }

  /// The content of the section of the tracer's own formats.
  func ftraceSection() -> [UInt8] { texts(ftraceFormats) }

  /// The content of the section of formats.
  func formatSection() -> [UInt8] {
    var writer = ByteWriter(order: order)
    writer.integer(UInt32(formats.count))
    for system in formats {
      writer.cString(system.system)
      writer.raw(texts(system.texts))
    }
    return writer.bytes
  }

  /// A text with its size in `size` bytes before it.
  func sized(_ text: String, size: Int) -> [UInt8] {
    var writer = ByteWriter(order: order)
    writer.integer(UInt64(text.utf8.count), size: size)
    writer.raw(Array(text.utf8))
    return writer.bytes
  }

  /// All options but those that say where things are.
  func allOptions() -> [Option] {
    var identity = ByteWriter(order: order)
    identity.integer(UInt64(0x1122_3344_5566_7788))
    let clock = buffers.first?.clock ?? "local"
    let names = ["local", "global", "counter", "mono", "x86-tsc"]
    let clocks = names.map { $0 == clock ? "[\($0)]" : $0 }.joined(separator: " ")
    return [
      Option(4, Array("\(clocks)\n\0".utf8)),
      Option(5, Array("Linux host 6.18.0 test\0".utf8)),
      Option(9, Array("3.1.6 test\0".utf8)),
      Option(11, identity.bytes),
    ] + options
  }
}

extension TraceDatBuilder {
  /// Adds what the kernel counted for each CPU, as trace-cmd always does.
  public mutating func addStatistics() {
    for buffer in buffers {
      if !buffer.name.isEmpty {
        options.append(Option(2, Array("\nBuffer: \(buffer.name)\n\n\0".utf8)))
      }
      for (cpu, pages) in buffer.cpus.enumerated() {
        let text = "CPU: \(cpu)\nentries: 0\nread events: \(pages.count)\n\0"
        options.append(Option(2, Array(text.utf8)))
      }
    }
  }
}
