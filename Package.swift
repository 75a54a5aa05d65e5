// swift-tools-version: 6.2
import PackageDescription

/// Settings that every Swift target shares.
let common: [SwiftSetting] = [
  // A trace is untrusted input: every unsafe construct must say so, with the check that covers it.
  .strictMemorySafety(),
  // An import counts for the file that names it, and is an implementation detail unless said.
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  // Boxing must be visible where it happens.
  .enableUpcomingFeature("ExistentialAny"),
]

/// Settings of the targets that hand out views (spans) into bytes owned by somebody else.
///
/// `Lifetimes` is experimental; without it a function cannot return a `~Escapable` value, and a
/// record could not be
/// lent without copying it.
let views: [SwiftSetting] = common + [.enableExperimentalFeature("Lifetimes")]

let package = Package(
  name: "kvmscope",
  products: [
    .library(name: "KVMScope", targets: ["KVMScope"]),
    // The stages of the pipeline, each by its module: for `Benchmarks/`, a package of its own, which
    // measures them one by one.
    .library(
      name: "Parts",
      targets: [
        "TraceBytes", "Decompression", "RingBuffer", "KVMEvents", "TraceContainer", "EventFormat",
        "KVMTimeline", "TraceChecks", "TraceReport", "KVMScope",
      ]),
    .executable(name: "kvmscope", targets: ["kvmscope"]),
  ],
  dependencies: [
    // Commands, options, help pages and shell completion: Apple's own parser, the standard of the
    // field.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    // Percentiles with a known error that can be added up over many traces.
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    // Configuration and rules: LibYAML with line and column of every node, for messages.
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // System libraries. No `link` line in the module maps' headers is hidden: see each module map.
    .systemLibrary(
      name: "CTraceEvent", pkgConfig: "libtraceevent", providers: [.apt(["libtraceevent-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

    // The way of the data, from bytes to reports. No arrow goes back.
    .target(name: "TraceBytes", swiftSettings: views),
    .target(
      name: "Decompression", dependencies: ["TraceBytes", "CZlib", "CZstd"], swiftSettings: views),
    .target(name: "RingBuffer", dependencies: ["TraceBytes"], swiftSettings: views),
    .target(name: "KVMEvents", swiftSettings: common),
    .target(
      name: "TraceContainer",
      dependencies: ["TraceBytes", "Decompression", "RingBuffer", "KVMEvents"],
      swiftSettings: views),
    .target(
      name: "EventFormat", dependencies: ["CTraceEvent", "TraceBytes", "KVMEvents"],
      swiftSettings: views),
    .target(
      name: "KVMTimeline", dependencies: ["TraceBytes", "RingBuffer", "EventFormat", "KVMEvents"],
      swiftSettings: views),
    .target(
      name: "TraceChecks",
      dependencies: [
        "KVMTimeline", "KVMEvents", .product(name: "Histogram", package: "hdrhistogram-swift"),
        .product(name: "Yams", package: "Yams"),
      ], swiftSettings: common),
    .target(
      name: "TraceAssertions",
      dependencies: [
        "TraceBytes", "RingBuffer", "EventFormat", "KVMEvents", "KVMTimeline", "TraceChecks",
        .product(name: "Yams", package: "Yams"),
      ], swiftSettings: views),
    .target(
      name: "TraceReport", dependencies: ["TraceBytes", "TraceChecks", "KVMTimeline", "KVMEvents"],
      swiftSettings: common),
    .target(
      name: "KVMScope",
      dependencies: [
        "TraceBytes", "RingBuffer", "TraceContainer", "EventFormat", "KVMEvents", "KVMTimeline",
        "TraceChecks", "TraceAssertions",
      ], swiftSettings: views),
    .executableTarget(
      name: "kvmscope",
      dependencies: [
        "KVMScope", "TraceReport", "TraceAssertions", "TraceChecks", "KVMTimeline", "KVMEvents",
        "TraceContainer",
        "TraceBytes",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: common),

    // Tests.
    .target(
      name: "TraceTestSupport",
      dependencies: ["TraceBytes", "RingBuffer", "CTraceEvent", "CZlib", "CZstd"],
      path: "Tests/TraceTestSupport", swiftSettings: views),
    .target(
      name: "TimelineTestSupport",
      dependencies: [
        "TraceTestSupport", "TraceBytes", "RingBuffer", "TraceContainer", "EventFormat",
        "KVMEvents", "KVMTimeline", "TraceChecks",
      ],
      path: "Tests/TimelineTestSupport", swiftSettings: views),
    .testTarget(
      name: "TraceBytesTests", dependencies: ["TraceBytes", "TraceTestSupport"],
      swiftSettings: views),
    .testTarget(
      name: "DecompressionTests",
      dependencies: ["Decompression", "TraceBytes", "TraceTestSupport"],
      swiftSettings: views),
    .testTarget(
      name: "RingBufferTests",
      dependencies: ["RingBuffer", "TraceBytes", "TraceTestSupport", "CTraceEvent"],
      swiftSettings: views),
    .testTarget(
      name: "TraceContainerTests",
      dependencies: [
        "TraceContainer", "RingBuffer", "TraceBytes", "Decompression", "KVMTimeline",
        "TraceTestSupport", "CTraceEvent",
      ],
      swiftSettings: views),
    .testTarget(
      name: "EventFormatTests",
      dependencies: [
        "EventFormat", "TraceContainer", "RingBuffer", "TraceBytes", "KVMEvents",
        "TraceTestSupport",
      ],
      swiftSettings: views),
    .testTarget(name: "KVMEventsTests", dependencies: ["KVMEvents"], swiftSettings: common),
    .testTarget(
      name: "KVMTimelineTests",
      dependencies: [
        "KVMTimeline", "KVMEvents", "TraceBytes", "TraceTestSupport", "TimelineTestSupport",
      ],
      swiftSettings: views),
    .testTarget(
      name: "TraceChecksTests",
      dependencies: [
        "TraceChecks", "KVMTimeline", "KVMEvents", "TraceTestSupport", "TimelineTestSupport",
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ],
      swiftSettings: views),
    .testTarget(
      name: "TraceAssertionsTests",
      dependencies: [
        "TraceAssertions", "KVMScope", "TraceChecks", "KVMTimeline", "KVMEvents", "EventFormat",
        "TraceBytes", "TraceTestSupport", .product(name: "Yams", package: "Yams"),
      ], swiftSettings: views),
    .testTarget(
      name: "TraceReportTests",
      dependencies: [
        "TraceReport", "TraceBytes", "TraceChecks", "KVMTimeline", "KVMEvents", "TraceTestSupport",
        "TimelineTestSupport",
      ], swiftSettings: common),
    .testTarget(
      name: "KVMScopeTests",
      dependencies: [
        "KVMScope", "TraceAssertions", "TraceChecks", "KVMTimeline", "KVMEvents", "TraceBytes",
        "TraceContainer", "TraceTestSupport", "TimelineTestSupport",
      ],
      swiftSettings: views),
    .testTarget(
      name: "CommandLineTests",
      dependencies: ["KVMScope", "TraceChecks", "TraceTestSupport", "TimelineTestSupport"],
      exclude: ["InstructionBudget.txt"], swiftSettings: common),
  ],
  swiftLanguageModes: [.v6]
)
