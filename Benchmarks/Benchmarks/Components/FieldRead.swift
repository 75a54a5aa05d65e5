import Benchmark
import EventFormat
import KVMEvents
import RingBuffer
import TraceBytes

/// One field of every kvm_exit, at the place that the file's format gives.
func addFieldRead() {
  addPass("field read", of: "field") {
    let file = try Fixture.open(Fixture.nested)
    let catalogue = file.catalogue
    let source = try PreparedRecords(PreparedPages(file))
    guard let number = catalogue.descriptors.firstIndex(where: { $0.kind == .exit }) else {
      return { 0 }
    }
    let reason = catalogue.descriptors[number].fields[ExitField.reason]
    let places = source.records.map(\.record).filter { record in
      catalogue.number(of: catalogue.header(in: source.bytes, at: record.offset).id) == number
        && record.length >= Int(catalogue.descriptors[number].minimumLength)
    }.map(\.offset)
    return {
      blackHole(sum(reason, at: places, in: source.bytes))
      return places.count
    }
  }
}

@inline(never)
private func sum(_ field: FieldLayout, at places: [Int], in bytes: RawSpan) -> UInt64 {
  var sum: UInt64 = 0
  for place in places { sum &+= field.read(in: bytes, at: place, isBigEndian: false) }
  return sum
}
