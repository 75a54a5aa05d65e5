import Benchmark
import EventFormat
import KVMTimeline
import TraceContainer

/// The merge over CPUs, decoder included.
///
/// It is generic, and compiled for the timeline's own consumer only: so that one takes the records, with formats that
/// name no event of interest, and counts them by thread.
func addMerge() {
  addPass("merge of 2 CPUs", of: "record") {
    let file = try Fixture.open(Fixture.nested)
    let catalogue = EventCatalogue(
      file.formats.filter { $0.system == "ftrace" }
        .map { FormatSource(system: $0.system, text: $0.text) },
      longSize: file.longSize, isBigEndian: false)
    let pages = try PreparedPages(file)
    var consumer = file.consumer(catalogue)
    return {
      consumer.walk(pages)
      return Int(consumer.statistics.events)
    }
  }
}
