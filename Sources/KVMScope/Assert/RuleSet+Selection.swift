import TraceAssertions

extension RuleSet {
  /// The rules, each speaking only of what was selected of the part of a trace that it speaks of.
  ///
  /// - Parameter options: `begin`, `end`, `vcpus`, `vms` and `threads` count.
  /// - Returns: as many rules, in their order.
  func narrowed(to options: AnalysisOptions) -> RuleSet {
    var narrowed = self
    for at in narrowed.scopes.indices { narrowed.scopes[at].narrow(to: options) }
    guard narrowed.scopes != scopes else { return self }
    // The first scope of every set is everything.
    narrowed.scopes.insert(RuleScope(), at: 0)
    for at in narrowed.rules.indices { narrowed.rules[at].scope += 1 }
    return narrowed
  }
}

extension RuleScope {
  fileprivate mutating func narrow(to options: AnalysisOptions) {
    func both(_ own: Set<Int32>?, _ selected: Set<Int32>?) -> Set<Int32>? {
      guard let own, let selected else { return own ?? selected }
      return own.intersection(selected)
    }
    func moment(
      _ own: Moment?, _ selected: AnalysisOptions.Moment?, _ choose: (UInt64, UInt64) -> UInt64
    ) -> Moment? {
      guard let selected else { return own }
      return Moment(
        nanoseconds: choose(own?.nanoseconds ?? selected.nanoseconds, selected.nanoseconds),
        ticks: choose(own?.ticks ?? selected.ticks, selected.ticks))
    }
    vms = both(vms, options.vms)
    vcpus = both(vcpus, options.vcpus)
    threads = both(threads, options.threads)
    begin = moment(begin, options.begin, max)
    end = moment(end, options.end, min)
  }
}
