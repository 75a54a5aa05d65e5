internal import TraceBytes

/// Tells whether bytes can be sub-buffers of a layout, where what says so is not to be relied on.
public enum SubBufferProbe {
  /// What was found.
  public struct Finding: Sendable, Equatable {
    /// Records.
    public var records = 0
    /// Whole sub-buffers without any record: recorders write none.
    public var emptySubBuffers = 0
  }

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
    look(layout, bytes, range) != nil
  }

  /// Looks at the first sub-buffers in `range`.
  ///
  /// What is read in another way than it was written may look like sub-buffers without records.
  ///
  /// - Parameters:
  ///   - layout: what the sub-buffers should look like.
  ///   - bytes: where they are.
  ///   - range: where they begin and end; the last one may be short.
  /// - Returns: what they hold; nil when one of them shows that it is something else.
  public static func look(
    _ layout: SubBufferLayout, _ bytes: RawSpan, _ range: Range<Int>
  ) -> Finding? {
    var cursor = SubBufferCursor(layout: layout)
    var at = range.lowerBound
    var finding = Finding()
    for _ in 0..<mostPages where at < range.upperBound {
      let length = min(layout.pageSize, range.upperBound - at)
      do throws(PageFault) {
        _ = try cursor.begin(pageAt: at, pageLength: length, in: bytes)
        let before = finding.records
        while try cursor.next(in: bytes) != nil { finding.records += 1 }
        if finding.records == before { finding.emptySubBuffers += 1 }
      } catch {
        // One that is cut is no proof.
        let isCut = length < layout.pageSize && (error.kind == .dataCut || error.kind == .headerCut)
        if !isCut { return nil }
      }
      at += length
    }
    return finding
  }
}
