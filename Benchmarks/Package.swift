// swift-tools-version: 6.2
import PackageDescription

/// The main package's settings; here a warning is an error at once.
let common: [SwiftSetting] = [
  .strictMemorySafety(),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
]

/// What measures code that lends views: see the main package.
let views: [SwiftSetting] = common + [.enableExperimentalFeature("Lifetimes")]

let package = Package(
  name: "benchmarks",
  dependencies: [
    // What is measured.
    .package(name: "kvmscope", path: ".."),
    // Runs a piece of code often enough, and shows percentiles of its time: the harness of Swift's server
    // world. Without its traits, which put themselves between the program and its allocator and
    // runtime; allocations are counted elsewhere (BudgetTests).
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    // The parts of the hot path, one by one. `Benchmarks/` is where the harness looks.
    .executableTarget(
      name: "Components",
      dependencies: [
        .product(name: "Parts", package: "kvmscope"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/Components", swiftSettings: views,
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    // kvmscope's decoder with nothing behind it, to be compared with a walk written in C.
    .executableTarget(
      name: "BareWalk", dependencies: [.product(name: "Parts", package: "kvmscope")],
      swiftSettings: views),
    // Makes inputs, runs kvmscope and its peers in turn, and judges the ratios.
    .executableTarget(name: "Compare", swiftSettings: common),
  ],
  swiftLanguageModes: [.v6]
)
