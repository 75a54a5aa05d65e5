public import ArgumentParser
public import KVMScope

/// `--fail-on`.
extension AnalysisOptions.FailThreshold: ExpressibleByArgument {}
