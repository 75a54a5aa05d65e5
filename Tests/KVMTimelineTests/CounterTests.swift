import KVMEvents
import KVMTimeline
import Testing
import TimelineTestSupport

/// What is counted beside time.
struct CounterTests {
  /// A sequence and its counts.
  struct Case: Sendable, CustomTestStringConvertible {
    var what: String
    var script: String
    /// Entries, of them failed; exits, of L2, reflected, synthesized; nested entries.
    var counts: [UInt64]
    var testDescription: String { what }
  }

  static let table: [Case] = [
    Case(
      what: "a reflected exit",
      script: """
        exit VMLAUNCH 200; vmenter 200 1000; entry 1000; exit CPUID 1000; twin CPUID 1000
        inject CPUID; entry 300; exit HLT 300; pio
        """, counts: [2, 0, 3, 1, 1, 0, 1]),
    Case(
      what: "a nested entry behind which L1 exits is none",
      script: """
        exit VMLAUNCH 200; vmenter 200 1000; entry 1000; exit CPUID 300; entry 302; exit HLT 302; entry 1000
        exit CPUID 1000; twin CPUID 1000
        """, counts: [3, 0, 4, 1, 0, 0, 0]),
    Case(
      what: "an exit that L0 keeps",
      script: "exit EPT_VIOLATION 1000; twin EPT_VIOLATION 1000; entry 1000",
      counts: [1, 0, 1, 1, 0, 0, 0]),
    Case(
      what: "an inject of another reason is synthesized",
      script: "exit HLT 1000; twin HLT 1000; inject EXTERNAL_INTERRUPT; entry 300",
      counts: [1, 0, 1, 1, 0, 1, 0]),
    Case(
      what: "an allowed morph of the reason",
      script: "exit EPT_MISCONFIG 1000; twin EPT_MISCONFIG 1000; inject EPT_VIOLATION; entry 300",
      counts: [1, 0, 1, 1, 1, 0, 0]),
    Case(
      what: "an inject after the VMM answers nothing, be it of the same reason",
      script:
        "exit IO_INSTRUCTION 1000; twin IO_INSTRUCTION 1000; user IO; load; inject IO_INSTRUCTION",
      counts: [0, 0, 1, 1, 0, 1, 0]),
    Case(
      what: "an inject after SMM answers nothing",
      script: "exit HLT 1000; twin HLT 1000; smm in; smm out; inject HLT; entry 300",
      counts: [1, 0, 1, 1, 0, 1, 1]),
    Case(
      what: "a second inject answers nothing",
      script: "exit HLT 1000; twin HLT 1000; inject HLT; inject HLT; entry 300",
      counts: [1, 0, 1, 1, 1, 1, 0]),
    Case(
      what: "an entry that is refused is none",
      script: "exit VMLAUNCH 200; vmenter 200 1000; vmfail; entry 203; exit CPUID 203; pio",
      counts: [1, 0, 2, 0, 0, 0, 0]),
    Case(
      what: "a VMRUN that is refused is none, and its inject no exit of L2",
      script: "svm exit vmrun 200; vmenter 200 1000; inject ERR; entry 203; exit cpuid 203; pio",
      counts: [1, 0, 2, 0, 0, 1, 0]),
    Case(
      what: "entries that never reach the guest",
      script: "exit CPUID 100; entry 102; emul 102 1; entry 103; emul 103 1; entry 104; other",
      counts: [3, 2, 1, 0, 0, 0, 0]),
    Case(
      what: "inferred entries before 6.1",
      script: """
        exit VMLAUNCH 200; entry 1000; exit HLT 1000; twin HLT 1000; inject HLT; entry 300
        exit VMRESUME 300; entry 1001; exit HLT 1001; twin HLT 1001; pio
        """, counts: [3, 0, 4, 2, 1, 0, 2]),
    Case(
      what: "a way back from SMM is an entry",
      script: """
        exit HLT 1000; twin HLT 1000; smm in; entry 8000; exit EXCEPTION_NMI 8000; emul 8000 2
        smm out; vmenter 8000 1001; entry 1001; exit HLT 1001; twin HLT 1001; pio
        """, counts: [2, 0, 3, 2, 0, 0, 1]),
  ]

  @Test("counts", arguments: table)
  func counts(_ item: Case) throws {
    let replay = Replay(Script.log(item.script))
    #expect(replay.tracks.count == 1)
    let counters = try #require(replay.tracks.first).counters
    #expect(
      [
        counters.entries, counters.entriesFailed, counters.exits, counters.l2Exits,
        counters.l2ExitsReflected, counters.l2ExitsSynthesized, counters.nestedEntries,
      ] == item.counts)
  }

  @Test("handling runs from an exit to the next entry")
  func handling() throws {
    let replay = Replay(
      Script.log(
        """
        exit IO_INSTRUCTION 100; unload; user IO; load; entry 101
        exit HLT 101; out S; in; wake 20 1; entry 102; exit CPUID 102
        """))
    let rows = try #require(replay.tracks.first).exits.rows
    #expect(rows.map(\.exit.code) == [30, 12, 10])
    #expect(rows.map(\.count) == [1, 1, 1])
    #expect(rows.map(\.answered) == [1, 1, 0])
    #expect(rows.map(\.disturbed.total) == [40, 40, 0])
    // Without 10 in the VMM; without 10 of polling and 10 asleep, of which polling counts.
    #expect(rows.map(\.disturbedOnCPU.total) == [30, 30, 0])
  }

  @Test("an exit that another exit follows has no duration")
  func fastPath() throws {
    let replay = Replay(
      Script.log("entry 100; exit MSR_WRITE 100; exit MSR_WRITE 104; entry 106; exit HLT 106"))
    let rows = try #require(replay.tracks.first).exits.rows
    #expect(rows.map(\.count) == [2, 1])
    #expect(rows.map(\.answered) == [1, 0])
    #expect(rows.first?.undisturbed.total == 10)
    #expect(replay.tracker.sawUnmatchedPair)
  }

  @Test("exit multiplication: 1 + L1's exits until L2 runs again")
  func multiplication() throws {
    let replay = Replay(
      Script.log(
        """
        exit VMLAUNCH 200; vmenter 200 1000; entry 1000; exit CPUID 1000; twin CPUID 1000
        inject CPUID; entry 300; exit EPT_VIOLATION 300; entry 300; exit MSR_READ 301; entry 303
        exit VMRESUME 303; vmenter 303 1002; entry 1002; exit HLT 1002; twin HLT 1002; pio
        """))
    let counters = try #require(replay.tracks.first).counters
    #expect(counters.roundTrips == 1)
    // The exit itself; EPT_VIOLATION, MSR_READ and VMRESUME of L1.
    #expect(counters.roundTripExits == 4)
    let trips = try #require(replay.tracks.first).roundTrips
    #expect(trips.exits(of: .vmx).map(\.exit.code) == [24, 31, 48])
    #expect(trips.exits(of: .vmx).map(\.count) == [1, 1, 1])
    // From the exit of L2 to the event of its entry.
    #expect(trips.times.count == 1)
    #expect(trips.times.total == 90)
  }

  @Test("a long round trip, with reasons that no hardware has")
  func longTrip() throws {
    let replay = Replay(
      Script.log(
        "exit CPUID 1000; twin CPUID 1000; inject CPUID; entry 300;"
          + String(repeating: "exit VMREAD 300; entry 303; exit 999 300; entry 303;", count: 40)
          + "exit VMRESUME 310; vmenter 310 1002; entry 1002; exit HLT 1002; twin HLT 1002"))
    let track = try #require(replay.tracks.first)
    #expect(track.counters.roundTripExits == 82)
    #expect(track.roundTrips.exits(of: .vmx).map(\.count) == [40, 1, 40])
  }

  @Test("a round trip that never ends costs nothing")
  func openTrip() throws {
    let replay = Replay(
      Script.log(
        "exit CPUID 1000; twin CPUID 1000; inject CPUID; entry 300; exit VMREAD 300; entry 303; lost; +100 exit HLT 1000; twin HLT 1000"
      ))
    let trips = try #require(replay.tracks.first).roundTrips
    #expect(trips.times.count == 0)
    #expect(trips.exits(of: .vmx).isEmpty)
  }
}
