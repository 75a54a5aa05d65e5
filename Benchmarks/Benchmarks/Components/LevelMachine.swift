import Benchmark
import KVMTimeline
import TraceContainer

/// States, levels and statistics of all vCPUs: from records that are decoded and in order already, and as `summary`
/// does it, from sub-buffers, where only records of the same thread need to be in order.
func addLevelMachine() {
  addPass("level machine", of: "record") {
    let file = try Fixture.open(Fixture.nested)
    let source = try PreparedRecords(PreparedPages(file))
    var consumer = file.consumer(file.catalogue)
    return {
      consumer.walk(source)
      return Int(consumer.statistics.events)
    }
  }
  addPass("sub-buffers to timelines", of: "record") {
    let file = try Fixture.open(Fixture.nested)
    let pages = try PreparedPages(file)
    var consumer = file.consumer(file.catalogue, ordersByThread: true)
    return {
      consumer.walk(pages)
      return Int(consumer.statistics.events)
    }
  }
}
