internal import Foundation
internal import Glibc
internal import Testing
internal import TraceBytes
internal import TraceTestSupport

@Suite("Mapped files")
struct MappedFileTests {
  /// The error of mapping `path`.
  private func error(_ path: String) -> FileError? {
    do throws(FileError) {
      _ = try MappedFile(path: path)
      return nil
    } catch {
      return error
    }
  }

  @Test("The bytes are those of the file, also after they were released")
  func content() throws {
    let name = "trace-dat/containers/s7inst.dat"
    let file = try MappedFile(path: Fixture.path(name))
    let bytes = try Fixture.bytes(name)
    #expect(file.byteCount == bytes.count)
    #expect(file.bytes.array() == bytes)
    file.release(0..<file.byteCount)
    file.release(5..<6)
    file.release(-5..<Int.max)
    #expect(file.bytes.array() == bytes)
  }

  @Test("Bytes in memory are kept when they are released")
  func memory() throws {
    let bytes = [UInt8](repeating: 7, count: 20_000)
    let file = try MappedFile(copying: bytes, path: "memory")
    file.release(0..<bytes.count)
    #expect(file.bytes.array() == bytes)
    #expect(throws: FileError.isEmpty(path: "none")) { try MappedFile(copying: [], path: "none") }
  }

  @Test("A missing file, a directory, a device and an empty file are told apart")
  func refusals() throws {
    #expect(error("/") == .isDirectory(path: "/"))
    #expect(error("/dev/null") == .notRegular(path: "/dev/null"))
    let missing = Fixture.path("no such file")
    #expect(error(missing) == .system(path: missing, operation: "open", code: ENOENT))
    #expect(error(missing)?.description == "\(missing): cannot open: No such file or directory")
  }

  @Test("A pipe that nobody writes to is refused at once, and an empty file too")
  func pipe() throws {
    let path =
      FileManager.default.temporaryDirectory.appendingPathComponent(
        "kvmscope-test-\(UUID().uuidString)"
      ).path
    // SAFETY: the path is lent to each call as a text that ends in a zero byte.
    #expect(unsafe mkfifo(path, 0o600) == 0)
    #expect(error(path) == .notRegular(path: path))
    #expect(unsafe unlink(path) == 0)
    let descriptor = unsafe open(path, O_CREAT | O_EXCL | O_WRONLY, 0o600)
    #expect(descriptor >= 0)
    #expect(error(path) == .isEmpty(path: path))
    close(descriptor)
    #expect(unsafe unlink(path) == 0)
  }

  @Test("Offsets stay in range")
  func offsets() {
    #expect(FileOffset(5).advanced(by: 3) == FileOffset(8))
    #expect(FileOffset(UInt64.max).advanced(by: 1) == FileOffset(UInt64.max))
    #expect(FileOffset(-1) == FileOffset(0))
    #expect(FileOffset(1) < FileOffset(2))
  }
}
