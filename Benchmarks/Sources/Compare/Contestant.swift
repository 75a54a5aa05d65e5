/// One tool at one piece of work on one input.
struct Contestant {
  /// Names it in goals.
  let id: String
  /// For people: the tool and its work.
  let tool: String
  let input: String
  let command: Command
  /// What must be there beside the input; nil for kvmscope itself.
  var peer: String?
  var figure = Figure.process
  var counting = Counting.none
  /// It takes so long that one run must do.
  var isSlow = false
  /// Runs that one sample is the mean of.
  var repeats = 1

  /// Which of the times is taken.
  enum Figure {
    /// User time of the whole process, start included, for one event.
    case process
    /// What the program itself says of its passes but the first, in lines that begin with a word: by then its
    /// file is mapped.
    case passes(String)
    /// All CPU time of the whole process.
    case start
  }

  /// How many events it saw, to be compared with kvmscope's.
  enum Counting {
    /// It does not tell.
    case none
    /// The number behind a word of its output.
    case word(String)
    /// A line each, behind so many others.
    case lines(head: Int)
    /// kvmscope itself: what its JSON says.
    case own
    /// It tells only the exits that it paired: compared with kvmscope's table in the same style.
    case samples
  }
}

extension Contestant {
  /// All of them, in the order of their turns.
  static func all(_ settings: Settings, _ peers: Peers) -> [Contestant] {
    let passes = "\(settings.isQuick ? 2 : 4)"
    // The peers have one thread: what they are held against has no more.
    func own(
      _ id: String, _ input: String, _ command: [String] = ["summary"], threads: Int = 1
    ) -> Contestant {
      let command = command + ["--threads", "\(threads)"]
      return Contestant(
        id: id, tool: "kvmscope " + command.joined(separator: " "), input: input,
        command: Command(settings.kvmscope, command + [input]), counting: .own)
    }
    func peer(
      _ id: String, _ name: String, _ input: String, _ arguments: [String], _ tool: String,
      _ figure: Figure, _ counting: Counting, isSlow: Bool = false
    ) -> Contestant {
      Contestant(
        id: id, tool: tool, input: input, command: Command(peers.path(name), arguments), peer: name,
        figure: figure, counting: counting, isSlow: isSlow)
    }
    func ofTraceDat(_ input: String, isZstd: Bool = false) -> [Contestant] {
      [
        own("own \(input)", input),
        isZstd
          ? peer(
            "zst \(input)", "zst", input, [input, passes], "zst, unpack and count",
            .passes("zstd+count"), .word("events"))
          : peer(
            "kvm \(input)", "kvm", input, [input, passes], "kvm", .passes("kvm"), .word("events")),
        peer(
          "tc_iter \(input)", "tc_iter", input, [input], "tc_iter (libtracecmd)", .process,
          .word("events"), isSlow: isZstd),
        peer(
          "report \(input)", "trace-cmd", input, ["report", "-i", input], "trace-cmd report",
          .process, .lines(head: 1), isSlow: true),
      ]
    }
    var text = own("events big6.dat", "big6.dat", ["events", "--format", "text"])
    text.counting = .lines(head: 0)
    var start = own("start", "nested_mix-2v-full-clock-mono.dat")
    start.figure = .start
    start.repeats = 10
    var otherStart = peer(
      "report start", "trace-cmd", start.input, ["report", "-i", start.input], "trace-cmd report",
      .start, .none)
    otherStart.repeats = 10
    return [
      Contestant(
        id: "bare big6.dat", tool: "kvmscope's decoder, count", input: "big6.dat",
        command: Command(settings.bareWalk, ["big6.dat", "11"]), figure: .passes("count"),
        counting: .word("events")),
      peer(
        "walk big6.dat", "walk", "big6.dat", ["big6.dat", "count", "11"], "walk count",
        .passes("count"), .word("events")),
    ] + ofTraceDat("big6.dat") + ofTraceDat("big7.dat") + ofTraceDat("bigz.dat", isZstd: true) + [
      own("two bigz.dat", "bigz.dat", threads: 2), own("two big6.dat", "big6.dat", threads: 2),
      own("own big.perf.data", "big.perf.data"),
      peer(
        "perfw", "perfw", "big.perf.data", ["big.perf.data", "merged", passes], "perfw merged",
        .passes("merged"), .word("events")),
      peer(
        "perf kvm", "perf", "big.perf.data", ["kvm", "-i", "big.perf.data", "stat", "report"],
        "perf kvm stat report", .process, .samples),
      peer(
        "perf script", "perf", "big.perf.data", ["script", "-i", "big.perf.data"], "perf script",
        .process, .lines(head: 0), isSlow: true),
      own("own big.txt", "big.txt"),
      peer(
        "text", "text", "big.txt", ["big.txt", passes, "fields"], "text fields", .passes("fields"),
        .word("parsed")),
      text, start, otherStart,
    ]
      + ["cpu64.dat", "cpu256.dat", "mono2.dat"].flatMap { input in
        [
          own("own \(input)", input),
          peer(
            "kvm \(input)", "kvm", input, [input, passes], "kvm", .passes("kvm"), .word("events")),
        ]
      }
  }
}
