import Foundation

/// Tells how far things are, at once: on standard error, so that only the report is output.
func say(_ text: String) {
  FileHandle.standardError.write(Data((text + "\n").utf8))
}
