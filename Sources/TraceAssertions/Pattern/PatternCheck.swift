import KVMEvents
import TraceChecks

/// What can be said of a pattern without a trace: names that nobody has, and what does not fit together.
struct PatternCheck {
  /// The names of values that earlier steps keep.
  var variables: Set<String> = []
  /// Whether the step may keep or compare values at all.
  var allowsVariables = false

  /// What is wrong, without places; empty when nothing is.
  func problems(_ pattern: EventPattern) -> [PatternMistake] {
    var problems: [PatternMistake] = []
    for name in pattern.names {
      guard let plain = name.plain, name.system == nil, plain.hasPrefix("kvm_"),
        KnownEvents.fields(of: plain) == nil
      else { continue }
      // An event of another kernel may be unknown here: only what looks like a slip is one.
      if let guess = Spelling.suggestion(for: plain, among: KnownEvents.names) {
        problems.append(
          PatternMistake(
            offset: 0, found: "the event '\(plain)'", expected: "an event of KVM",
            suggestion: " Did you mean '\(guess)'?"))
      }
    }
    if let filter = pattern.filter { check(filter, pattern, isTop: true, &problems) }
    return problems.map { problem in
      PatternMistake(
        offset: Self.offset(of: problem.found, in: pattern.source), found: problem.found,
        expected: problem.expected, suggestion: problem.suggestion)
    }
  }

  /// Where what was found stands first: the last thing in quotes, as a word of its own.
  private static func offset(of found: String, in source: String) -> Int {
    let quoted = found.split(whereSeparator: { $0 == "'" || $0 == "\"" })
    guard found.contains(where: { $0 == "'" || $0 == "\"" }), let word = quoted.last else {
      return 0
    }
    let text = Array(source.unicodeScalars)
    let letters = Array(word.unicodeScalars)
    func isLetter(_ at: Int) -> Bool {
      guard text.indices.contains(at) else { return false }
      return text[at] == "_" || text[at].properties.isAlphabetic || ("0"..."9").contains(text[at])
    }
    guard !letters.isEmpty, text.count >= letters.count else { return 0 }
    for at in 0...text.count - letters.count
    where text[at..<at + letters.count].elementsEqual(letters) {
      if isLetter(at) && isLetter(at - 1) { continue }
      let end = at + letters.count
      if isLetter(end) && isLetter(end - 1) { continue }
      return at
    }
    return 0
  }

  private func check(
    _ filter: FilterExpression, _ pattern: EventPattern, isTop: Bool,
    _ problems: inout [PatternMistake]
  ) {
    func say(_ found: String, _ expected: String, _ suggestion: String = "") {
      problems.append(
        PatternMistake(offset: 0, found: found, expected: expected, suggestion: suggestion))
    }
    switch filter {
    case .and(let a, let b):
      check(a, pattern, isTop: isTop, &problems)
      check(b, pattern, isTop: isTop, &problems)
    case .or(let a, let b):
      check(a, pattern, isTop: false, &problems)
      check(b, pattern, isTop: false, &problems)
    case .not(let a): check(a, pattern, isTop: false, &problems)
    case .match(let field, _, _): checkField(field, pattern, &problems)
    case .comparison(let operation, let a, let b):
      for (side, other) in [(a, b), (b, a)] {
        if case .variable(let name) = side {
          guard allowsVariables else {
            say("'$\(name)'", "a field or a number: only the steps of a sequence keep values")
            continue
          }
          if !variables.contains(name) {
            say(
              "'$\(name)'", "a value that an earlier step keeps with bind",
              Spelling.question(for: name, among: variables.sorted()))
          }
          guard isTop, case .name = other else {
            say("'$\(name)'", "FIELD == $\(name) by itself or joined with &&")
            continue
          }
        }
        if case .text = side {
          guard case .name = other else {
            say("a text", "a field on the other side of it")
            continue
          }
          if operation != .equal && operation != .notEqual {
            say("'\(operation.rawValue)' with a text", "==, !=, =~ or !~")
          }
        }
      }
      checkNames(operation, a, b, pattern, &problems)
    case .text(let text): say("the text \"\(text)\"", "a condition")
    case .variable(let name): say("'$\(name)'", "a comparison with it")
    default: checkNumber(filter, pattern, &problems)
    }
  }

  private func checkNumber(
    _ value: FilterExpression, _ pattern: EventPattern, _ problems: inout [PatternMistake]
  ) {
    switch value {
    case .arithmetic(_, let a, let b):
      checkNumber(a, pattern, &problems)
      checkNumber(b, pattern, &problems)
    case .negative(let a), .complement(let a): checkNumber(a, pattern, &problems)
    case .name(let name): checkField(name, pattern, &problems)
    case .number, .variable: break
    case .text(let text):
      problems.append(
        PatternMistake(offset: 0, found: "the text \"\(text)\"", expected: "a number"))
    case .comparison, .match, .not, .and, .or:
      problems.append(
        PatternMistake(offset: 0, found: "a condition", expected: "a number"))
    }
  }

  /// Two sides: one may be the name of a reason that the other's field can have.
  private func checkNames(
    _ operation: ComparisonOperator, _ a: FilterExpression, _ b: FilterExpression,
    _ pattern: EventPattern, _ problems: inout [PatternMistake]
  ) {
    for (side, other) in [(a, b), (b, a)] {
      guard case .name(let field) = side, let kind = ReasonField(field, pattern) else { continue }
      let word: String
      switch other {
      case .name(let name): word = name
      case .text(let text): word = text
      default: continue
      }
      if isField(word, pattern) { break }
      guard kind.values(of: word) != nil else {
        problems.append(
          PatternMistake(
            offset: 0, found: "'\(word)'", expected: kind.expected,
            suggestion: Spelling.question(for: word, among: kind.names)))
        return
      }
      if operation != .equal && operation != .notEqual {
        problems.append(
          PatternMistake(
            offset: 0, found: "'\(operation.rawValue)' with '\(word)'",
            expected: "== or !=, or a number"))
      }
      return
    }
    let before = problems.count
    checkNumber(a.withoutText, pattern, &problems)
    // A name compared with what is no field may be anything.
    if problems.count > before, case .name = b { return }
    checkNumber(b.withoutText, pattern, &problems)
  }

  private func isField(_ name: String, _ pattern: EventPattern) -> Bool {
    pattern.names.contains { $0.plain.flatMap(KnownEvents.fields(of:))?.contains(name) == true }
  }

  /// A field that none of the events has, when all of them are known.
  private func checkField(
    _ name: String, _ pattern: EventPattern, _ problems: inout [PatternMistake]
  ) {
    if ["CPU", "COMM", "COMMON_CPU", "COMMON_COMM"].contains(name) || name.hasPrefix("common_") {
      return
    }
    var known: [String] = []
    for event in pattern.names {
      guard event.system == nil, let plain = event.plain,
        let fields = KnownEvents.fields(of: plain)
      else { return }
      if fields.contains(name) { return }
      known += fields
    }
    let guess = Spelling.question(for: name, among: known)
    // A newer kernel may have given the event a new field: only what looks like a slip is one. A name in capitals is no
    // field of any.
    guard !guess.isEmpty || name.uppercased() == name else { return }
    problems.append(
      PatternMistake(
        offset: 0, found: "'\(name)'",
        expected: "a field of \(pattern.names.compactMap(\.plain).joined(separator: ", "))",
        suggestion: guess))
  }
}

extension FilterExpression {
  /// Text is looked at elsewhere.
  fileprivate var withoutText: FilterExpression {
    if case .text = self { .number(0) } else { self }
  }
}

/// A field whose numbers have names.
enum ReasonField {
  /// Why a guest was left: VMX's and SVM's names.
  case exit
  /// Why KVM_RUN returned.
  case userspace

  /// Whether a field of a pattern's events is one.
  init?(_ field: String, _ pattern: EventPattern) {
    guard let kind = pattern.names.lazy.compactMap({ ReasonField(field, of: $0.plain) }).first
    else { return nil }
    self = kind
  }

  /// Whether a field of an event is one; nil where the event is not known by a plain name.
  init?(_ field: String, of event: String?) {
    switch (event, field) {
    case ("kvm_userspace_exit", "reason"): self = .userspace
    case ("kvm_exit", "exit_reason"), ("kvm_nested_vmexit", "exit_reason"),
      ("kvm_nested_vmexit", "exit_code"), ("kvm_nested_vmexit_inject", "exit_code"):
      self = .exit
    default: return nil
    }
  }

  /// What a name stands for; nil for a name that nobody has.
  func values(of name: String) -> (vmx: UInt64?, svm: UInt64?)? {
    switch self {
    case .exit:
      let vmx = ExitReasonTable.code(named: name, isa: .vmx)?.code
      let svm = ExitReasonTable.code(named: name, isa: .svm)?.code
      return vmx == nil && svm == nil ? nil : (vmx, svm)
    case .userspace: return UserspaceExitReason.number(named: name).map { ($0, $0) }
    }
  }

  /// What a message says was expected.
  var expected: String {
    switch self {
    case .exit: "an exit reason of VMX or SVM"
    case .userspace: "a KVM_EXIT_ reason"
    }
  }

  /// All names, for suggestions.
  var names: [String] {
    switch self {
    case .exit:
      ExitReasonTable.entries(of: .vmx).map(\.name) + ExitReasonTable.entries(of: .svm).map(\.name)
    case .userspace: (0..<64).map { UserspaceExitReason.name(of: $0) }.filter { $0.hasPrefix("K") }
    }
  }
}
