internal import TraceBytes

/// What a BUFFER option says, before it is checked.
struct BufferOption {
  /// One CPU's entry.
  struct CPU {
    var number: UInt32
    var offset: UInt64
    var size: UInt64
  }

  /// Where the option is.
  var place: FileOffset
  /// Where the buffer's section (version 6: its table) is.
  var section: FileOffset
  /// The instance's name; empty for the top buffer.
  var name: String
  /// Version 7: the clock; empty in version 6.
  var clock = ""
  /// Version 7: bytes of a sub-buffer.
  var pageSize: UInt32 = 0
  /// Version 7: the CPUs.
  var cpus: [CPU] = []

  /// Reads the content of a BUFFER option.
  init(_ cursor: inout ByteCursor, version: Int) throws(ReadError) {
    place = cursor.fileOffset
    section = FileOffset(try cursor.u64())
    name = try cursor.cString()
    guard version >= 7 else { return }
    clock = try cursor.cString()
    pageSize = try cursor.u32()
    let count = try cursor.u32()
    var index: UInt32 = 0
    // Each turn reads 20 bytes, so a large count ends with the option.
    while index < count {
      cpus.append(
        CPU(number: try cursor.u32(), offset: try cursor.u64(), size: try cursor.u64()))
      index += 1
    }
  }
}
