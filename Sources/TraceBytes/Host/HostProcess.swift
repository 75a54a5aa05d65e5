internal import Glibc
internal import Synchronization

/// What the process learns from the system that runs it.
public enum HostProcess {
  private static let interruption = Atomic<Bool>(false)

  /// Whether the user asked to stop (SIGINT) since `watchInterrupt` was called.
  public static var wasInterrupted: Bool { interruption.load(ordering: .relaxed) }

  /// Turns the next SIGINT into `wasInterrupted`; the one after it ends the process as usual.
  public static func watchInterrupt() {
    // The handler only stores to an atomic and puts the default back, both allowed in a signal
    // handler. Without SA_RESTART a read that waits for a pipe ends with EINTR.
    var action = sigaction()
    // SAFETY: the handler is a function that captures nothing; the other members stay zero.
    unsafe action.__sigaction_handler.sa_handler = { number in
      HostProcess.interruption.store(true, ordering: .relaxed)
      _ = signal(number, SIG_DFL)
    }
    // SAFETY: one whole structure, read by the call.
    _ = unsafe sigaction(SIGINT, &action, nil)
    // Who started the program may have left the signal blocked: then nobody could stop it.
    var signals = sigset_t()
    // SAFETY: one whole set, filled in by the first call and read by the second.
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGINT)
    _ = unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Makes a write to a closed pipe fail with EPIPE instead of ending the process.
  public static func ignoreBrokenPipes() {
    _ = signal(SIGPIPE, SIG_IGN)
  }

  /// The value of a variable of the environment; nil when it is not set.
  public static func environment(_ name: String) -> String? {
    // SAFETY: getenv returns nil or a NUL-terminated string; nothing in this process changes the
    // environment.
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }

  /// What an `errno` means, as the system words it.
  public static func message(forError number: CInt) -> String {
    // SAFETY: strerror returns a NUL-terminated string for any number; it is copied at once.
    unsafe String(cString: strerror(number))
  }

  /// What went wrong in the last call that failed.
  public static var lastErrorMessage: String { message(forError: errno) }

  /// Whether two paths lead to one and the same file.
  public static func isSameFile(_ a: String, _ b: String) -> Bool {
    var first = stat()
    var second = stat()
    // SAFETY: each call fills in one stat, which is what it is given; the paths live for the calls.
    guard unsafe stat(a, &first) == 0, unsafe stat(b, &second) == 0 else { return false }
    return first.st_dev == second.st_dev && first.st_ino == second.st_ino
  }

  /// How many processors the machine has on: at least one.
  ///
  /// The process may be confined to fewer.
  public static var processorCount: Int { max(sysconf(CInt(_SC_NPROCESSORS_ONLN)), 1) }

  /// Seconds of a clock that never goes back.
  public static var monotonicSeconds: Double {
    var time = timespec()
    // SAFETY: clock_gettime fills in one timespec, which is what it is given.
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
