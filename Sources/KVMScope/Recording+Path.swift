import TraceBytes
import TraceContainer

extension Recording {
  /// Opens what is at a path: a file, or a directory of bare ring buffers.
  init(path: String) throws(AnalysisError) {
    do throws(ContainerError) {
      if FileTree.isDirectory(path), let recording = try Recording(directory: path) {
        self = recording
        return
      }
    } catch {
      throw AnalysisError.notATrace(path: path, reason: "\(error)")
    }
    let mapped: MappedFile
    do throws(FileError) {
      mapped = try MappedFile(path: path)
    } catch {
      if case .isEmpty = error { throw AnalysisError.notATrace(path: path, reason: error.reason) }
      throw AnalysisError.cannotOpen(path: path, reason: error.reason)
    }
    do throws(ContainerError) {
      self = try Recording(mapped)
    } catch {
      throw AnalysisError.notATrace(path: path, reason: "\(error)")
    }
  }
}
