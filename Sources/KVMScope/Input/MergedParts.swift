import KVMTimeline
import TraceBytes
import TraceChecks
import TraceContainer

/// The files of one recording, held against each other by what is in them.
///
/// A stream whose events are there twice, or two streams that are taken for one, would make a sound recording look like
/// a broken one.
struct MergedParts {
  private let parts: [TraceDatFile.Part]
  private let paths: [String]
  /// By part: the spans of its streams.
  private let spans: [[Stream]]

  /// One stream of a part.
  private struct Stream {
    let buffer: String
    let cpu: Int
    let span: StreamSpans.Span
  }

  /// Reads the times of all events.
  init(_ parts: [TraceDatFile.Part], _ paths: [String]) {
    self.parts = parts
    self.paths = paths
    spans = parts.map { part in
      let places = part.file.buffers.flatMap { buffer in
        buffer.streams.map { (buffer: buffer.name, cpu: $0.cpu) }
      }
      var times = StreamSpans(streams: places.count)
      StreamMerger.merge(TraceDatStreams(part.file), into: &times)
      return zip(places, times.spans).compactMap { place, span in
        span.map { Stream(buffer: place.buffer, cpu: place.cpu, span: $0) }
      }
    }
  }

  /// Refuses to read a file twice.
  static func refuse(sameFilesAmong paths: [String]) throws(AnalysisError) {
    for (number, path) in paths.enumerated() {
      guard let other = paths.prefix(number).first(where: { isSameFile(path, $0) }) else {
        continue
      }
      throw AnalysisError.notATrace(
        path: path,
        reason: (path == other ? "is given twice" : "is the same file as \(other)")
          + ": with --merge each file is another part of the recording")
    }
  }

  private static func isSameFile(_ a: String, _ b: String) -> Bool {
    func place(_ path: String) -> String { path == "-" ? "/dev/stdin" : path }
    return HostProcess.isSameFile(place(a), place(b))
  }

  /// Refuses times that cannot be moved as they should be, and streams that two parts have.
  func refuse() throws(AnalysisError) {
    for number in parts.indices { try refuseOffset(of: number) }
    for number in parts.indices.dropFirst() {
      for other in parts.indices.prefix(number) { try refuse(number, beside: other) }
    }
  }

  private var unit: TimeUnit { TimeUnit.of(clock: parts.first?.file.buffers.first?.clock) }

  /// What a part's own file adds to its times, beyond what is done for all parts.
  private func own(_ number: Int) -> Int128 { Int128(parts[number].file.timeAdjustment.offset) }

  private func refuseOffset(of number: Int) throws(AnalysisError) {
    guard let first = spans[number].map(\.span.first).min(),
      let last = spans[number].map(\.span.last).max()
    else { return }
    let shift = TimeShift(amount: parts[number].timeOffset, unit: unit)
    // Where ticks become nanoseconds, all parts have the same offset, which comes behind that.
    let isTicks = parts[number].file.timeAdjustment.cycles != nil
    let own = isTicks ? 0 : own(number)
    // The times of all parts are read by the first one's clock: none may lie below its begin.
    let floor = isTicks ? 0 : max(0, self.own(0))
    // A file's own offset is its own matter.
    guard parts[number].timeOffset != 0 || own != self.own(0),
      let problem = shift.problem(
        first: Int128(first) + own, last: Int128(last) + own, floor: floor)
    else { return }
    throw AnalysisError.notATrace(path: paths[number], reason: problem)
  }

  /// Compares two parts' streams of the same buffer and CPU.
  private func refuse(_ number: Int, beside other: Int) throws(AnalysisError) {
    for here in spans[number] {
      for there in spans[other] where here.buffer == there.buffer && here.cpu == there.cpu {
        let isSame = here.span == there.span && own(number) == own(other)
        // Where the user has moved them, and where they were recorded.
        let overlap =
          overlap(here, number, there, other, isMoved: false)
          ?? overlap(here, number, there, other, isMoved: true)
        guard isSame || overlap != nil else { continue }
        let buffer = here.buffer.isEmpty ? "" : " of buffer \(here.buffer)"
        let what =
          isSame
          ? "both have the same \(here.span.count) events of CPU \(here.cpu)\(buffer)"
          : "both have events of CPU \(here.cpu)\(buffer) from \(overlap ?? "")"
        throw AnalysisError.notATrace(
          path: paths[number],
          reason:
            "is no other part of the recording than \(paths[other]): \(what); give them without"
            + " --merge")
      }
    }
  }

  /// The time that both streams are in; nil when one ends before the other begins.
  private func overlap(
    _ a: Stream, _ first: Int, _ b: Stream, _ second: Int, isMoved: Bool
  ) -> String? {
    func times(_ stream: Stream, _ part: Int) -> (Int128, Int128) {
      let shift = own(part) + (isMoved ? Int128(parts[part].timeOffset) : 0)
      return (Int128(stream.span.first) + shift, Int128(stream.span.last) + shift)
    }
    let (one, two) = (times(a, first), times(b, second))
    // The last event of a stretch and the first of the next may have the same time.
    guard one.1 > two.0, two.1 > one.0 else { return nil }
    let shift = TimeShift(amount: 0, unit: unit)
    return "\(shift.words(max(one.0, two.0))) to \(shift.words(min(one.1, two.1)))"
  }
}
