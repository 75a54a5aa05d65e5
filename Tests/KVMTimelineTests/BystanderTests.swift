import KVMEvents
import Testing

@testable import KVMTimeline

/// Threads whose switches need not wait for their turn.
struct BystanderTests {
  @Test func aThreadIsProvedBySwitchesInOrder() {
    var table = BystanderTable()
    for _ in 0..<3 { table.see(7) }
    #expect(!table.contains(7))
    table.see(7)
    #expect(table.contains(7))
    #expect(!table.contains(8))
  }

  @Test func whoRunsAVCPUIsForgottenWithTheTimeOfTheLastSwitchThatWasPassed() {
    var table = BystanderTable()
    for _ in 0..<4 { table.see(0) }
    table.pass(0, at: 50)
    table.pass(0, at: 40)
    let passed = table.remove(0)
    #expect(passed == 50)
    #expect(!table.contains(0))
    let never = table.remove(1)
    #expect(never == 0)
  }

  @Test func manyThreadsAreKeptApartUpToABound() {
    var table = BystanderTable()
    for thread in Int32(0)..<10_000 { for _ in 0..<4 { table.see(thread) } }
    let known = (Int32(0)..<10_000).filter { table.contains($0) }
    #expect(known.count == 4096)
    #expect(known == Array(0..<4096))
  }

  /// A thread is switched to while it has no vCPU yet, as far as was read; then it turns out to have
  /// had one before.
  @Test func aBystanderThatHadAVCPUBeforeMakesTheWalkBeginAgain() {
    var tracker = TimelineTracker(records: .all)
    for time in 1...4 { tracker.handle(switching(5, to: 6), thread: 5, cpu: 0, at: UInt64(time)) }
    let isPassed = tracker.maySwitchEarly(from: 5, to: 6, at: 90)
    #expect(isPassed)
    #expect(!tracker.sawDisorder)
    tracker.handle(entry, thread: 6, cpu: 1, at: 80)
    #expect(tracker.sawDisorder)
  }

  @Test func aThreadWithAVCPULeavesEarlyButComesInOrder() {
    var tracker = TimelineTracker(records: .all)
    for time in 1...4 { tracker.handle(switching(5, to: 0), thread: 5, cpu: 0, at: UInt64(time)) }
    tracker.handle(entry, thread: 6, cpu: 0, at: 10)
    let leaves = tracker.maySwitchEarly(from: 6, to: 0, at: 11)
    let comes = tracker.maySwitchEarly(from: 0, to: 6, at: 12)
    #expect(leaves && !comes)
    // It is not the thread here: what it did elsewhere may not have been read.
    tracker.handle(switching(5, to: 0), thread: 5, cpu: 1, at: 13)
    let leavesElsewhere = tracker.maySwitchEarly(from: 6, to: 0, at: 14)
    #expect(!leavesElsewhere)
    #expect(!tracker.sawDisorder)
  }

  @Test func whoComesInOrderIsHereUntilAnotherIsOrSomethingWasLost() {
    var tracker = TimelineTracker(records: .all)
    tracker.handle(entry, thread: 6, cpu: 0, at: 1)
    tracker.handle(switching(6, to: 7), thread: 6, cpu: 0, at: 2)
    // Nothing is known of it: it may have a vCPU, and run elsewhere before.
    #expect(!tracker.isHere(7))
    tracker.handle(switching(7, to: 6), thread: 7, cpu: 0, at: 3)
    #expect(tracker.isHere(6) && tracker.isHere(7))
    tracker.pass(thread: 8, cpu: 0, at: 4)
    #expect(!tracker.isHere(6))
    tracker.handle(switching(8, to: 6), thread: 8, cpu: 0, at: 5)
    tracker.lost(on: 0, after: 5)
    #expect(!tracker.isHere(6))
    tracker.handle(switching(8, to: 6), thread: 8, cpu: 0, at: 6)
    // Another CPU's loss is its own.
    tracker.lost(on: 1, after: 5)
    #expect(tracker.isHere(6))
    tracker.pass(thread: 8, cpu: 1, at: 7)
    #expect(!tracker.isHere(6))
    tracker.move(to: 0)
    #expect(tracker.isHere(6))
    #expect(!tracker.sawDisorder)
  }

  private func switching(_ leaving: UInt64, to coming: UInt64) -> StoredEvent {
    var event = StoredEvent(.schedSwitch)
    event.set(SchedSwitchField.previousThread, leaving)
    event.set(SchedSwitchField.nextThread, coming)
    return event
  }

  private var entry: StoredEvent {
    var event = StoredEvent(.entry)
    event.set(EntryField.vcpu, 0)
    return event
  }
}
