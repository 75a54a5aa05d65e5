public import TraceChecks

extension ByteSink {
  /// One object a line for each input that could not be read: `trace` and `error`.
  func writeLines(of traces: [UnreadableTrace]) {
    for trace in traces {
      let json = JSONWriter(self)
      json.object(inline: true) {
        json.member("trace", trace.path)
        json.member("error", trace.reason)
      }
    }
  }

  /// Lines among the text of events for inputs that could not be read: nothing that an event looks like.
  public func writeRemarks(on traces: [UnreadableTrace]) {
    for trace in traces { write("# " + Words.unreadable(trace) + "\n") }
  }
}
