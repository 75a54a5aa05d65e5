internal import TraceBytes

/// Tells whether bytes can be sub-buffers of a layout, where what says so is not to be relied on.
public enum SubBufferProbe {
  /// Sub-buffers that are looked at: each has hundreds of chances to show that it is none.
  private static let mostPages = 16

  /// Whether the first sub-buffers in `range` hold what they say.
  ///
  /// - Parameters:
  ///   - layout: what they should look like.
  ///   - bytes: where they are.
  ///   - range: where they begin and end; the last one may be short.
  /// - Returns: whether none of them shows that it is something else.
  public static func fits(_ layout: SubBufferLayout, _ bytes: RawSpan, _ range: Range<Int>) -> Bool
  {
    var cursor = SubBufferCursor(layout: layout)
    var at = range.lowerBound
    for _ in 0..<mostPages where at < range.upperBound {
      let length = min(layout.pageSize, range.upperBound - at)
      do throws(PageFault) {
        _ = try cursor.begin(pageAt: at, pageLength: length, in: bytes)
        while try cursor.next(in: bytes) != nil {}
      } catch {
        // One that is cut is no proof.
        let isCut = length < layout.pageSize && (error.kind == .dataCut || error.kind == .headerCut)
        if !isCut { return false }
      }
      at += length
    }
    return true
  }
}
