import EventFormat
import KVMTimeline
import RingBuffer
import TraceBytes

/// Hands the events that the user asked for to a body, one by one, still undecoded.
struct EventConsumer: RecordConsumer {
  /// One event: where its bytes are, and what every event has.
  struct Event {
    /// In the trace's unit, after the conversion.
    var time: UInt64
    /// The CPU's number.
    var cpu: Int
    var buffer: Int
    var thread: Int32
    /// The dense number of the catalogue.
    var number: Int
    var record: Record
  }

  /// Loss and damage of the whole walk.
  private(set) var statistics = WalkStatistics(eventKinds: 0)
  /// The events handed out.
  private(set) var count: UInt64 = 0
  private let trace: OpenedTrace
  private let catalogue: EventCatalogue
  private let conversion: ClockConversion?
  private let window: Range<UInt64>
  private let cpus: Set<Int>?
  private let threads: ThreadSelection
  private var events: EventSelection
  private let progress: (Int) -> Bool
  private let body: (Event, borrowing RawSpan) -> Void
  private let loss: (Loss, _ buffer: Int, _ cpu: Int) -> Void

  /// Prepares a walk.
  ///
  /// `body` is called for each event with the block that its record lies in, `loss` for each gap on
  /// a CPU that was asked for, right before the event that comes next there.
  init(
    _ trace: OpenedTrace, _ options: AnalysisOptions, threads: ThreadSelection,
    progress: @escaping (Int) -> Bool,
    loss: @escaping (Loss, _ buffer: Int, _ cpu: Int) -> Void = { _, _, _ in },
    body: @escaping (Event, borrowing RawSpan) -> Void
  ) {
    self.trace = trace
    catalogue = trace.catalogue
    conversion = trace.conversion
    window = trace.window(options)
    cpus = options.cpus
    self.threads = threads
    events = EventSelection(options.events, trace)
    self.progress = progress
    self.body = body
    self.loss = loss
  }

  mutating func take(_ record: Record, in block: RawSpan, stream: Int) {
    // What is shorter has no number and no thread.
    guard record.length >= 8 else {
      return statistics.add(damage: "a record is shorter than its common fields", at: 0)
    }
    let time = conversion?.nanoseconds(record.timestamp) ?? record.timestamp
    guard window.contains(time) else { return }
    let (buffer, cpu) = trace.place(of: stream)
    if let cpus, !cpus.contains(cpu) { return }
    let isBigEndian = catalogue.isBigEndian
    let id = catalogue.commonType.read(in: block, at: record.offset, isBigEndian: isBigEndian)
    let number = catalogue.number(of: UInt16(truncatingIfNeeded: id))
    guard events.selects(number) else { return }
    let thread = Int32(
      truncatingIfNeeded: catalogue.commonPID.read(
        in: block, at: record.offset, isBigEndian: isBigEndian))
    guard threads.selects(thread, at: time) else { return }
    count += 1
    body(
      Event(
        time: time, cpu: cpu, buffer: buffer, thread: thread, number: number, record: record),
      block)
  }

  mutating func lost(_ loss: Loss, stream: Int, after time: UInt64?) {
    statistics.add(loss)
    let (buffer, cpu) = trace.place(of: stream)
    if let cpus, !cpus.contains(cpu) { return }
    // The gap lies behind `time`: it may reach into the window unless that is past.
    if let time, (conversion?.nanoseconds(time) ?? time) >= window.upperBound { return }
    self.loss(loss, buffer, cpu)
  }

  mutating func damaged(_ what: String, at offset: UInt64, stream: Int) {
    statistics.add(damage: what, at: offset)
  }

  mutating func clockWentBack(to time: UInt64, from: UInt64, stream: Int) {
    statistics.addClockBackwards(to: conversion?.nanoseconds(time) ?? time)
  }

  mutating func progressed(bytes: Int) -> Bool { progress(bytes) }
}
