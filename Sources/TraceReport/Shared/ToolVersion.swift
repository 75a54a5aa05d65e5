/// The program that writes the reports, as they name it.
public enum ToolVersion {
  /// The name.
  public static let name = "kvmscope"
  /// The version, as `kvmscope --version` prints it.
  public static let number = "0.1.0"
}
