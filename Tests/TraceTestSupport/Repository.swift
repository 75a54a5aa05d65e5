public import Foundation

/// Files of the repository that tests look at, found from where this source file lies.
public enum Repository {
  /// The top directory.
  public static let root: URL = {
    var url = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { url.deleteLastPathComponent() }
    return url
  }()

  /// The path of a file, from its path below the top directory.
  public static func path(of file: String) -> String {
    root.appendingPathComponent(file).path
  }

  /// The text of a file.
  public static func text(of file: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(file), encoding: .utf8)
  }
}
