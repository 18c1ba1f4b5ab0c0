package pocketdiffusion.bridge;

/**
 * What goes wrong, as data: a code of PROTOCOL.md section 5, what is wrong, and the numbers.
 *
 * <p>Invariant: no field tells of a path or of code.
 */
public final class BridgeFault extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST = 200;

  /** The codes, and whether the connection ends with them. */
  public enum Code {
    BAD_FRAME("bad-frame", true),
    BAD_MESSAGE("bad-message", true),
    UNSUPPORTED_PROTOCOL("unsupported-protocol", true),
    NOT_HERE("not-here", false),
    BAD_ARGUMENT("bad-argument", false),
    TOO_LARGE("too-large", false),
    BACKEND_UNAVAILABLE("backend-unavailable", false),
    BAD_MODEL("bad-model", false),
    CORRUPT_STORE("corrupt-store", false),
    OUT_OF_MEMORY("out-of-memory", false),
    TOO_HOT("too-hot", false),
    ABORTED("aborted", false),
    INTERNAL("internal", false);

    final String word;
    final boolean ends;

    Code(String word, boolean ends) {
      this.word = word;
      this.ends = ends;
    }
  }

  public final Code code;
  public final String argument;
  public final String expected;
  public final String got;

  private BridgeFault(Code code, String argument, String expected, String got) {
    super(code.word + ": " + argument + ": expected " + expected + ", got " + got);
    this.code = code;
    this.argument = argument;
    this.expected = expected;
    this.got = got;
  }

  /** {@code got} is cut short where it is long: it may be the other side's. */
  public static BridgeFault of(Code code, String argument, String expected, Object got) {
    return new BridgeFault(code, cut(argument), cut(expected), cut(String.valueOf(got)));
  }

  public static BridgeFault badArgument(String argument, String expected, Object got) {
    return of(Code.BAD_ARGUMENT, argument, expected, got);
  }

  private static String cut(String text) {
    return text.length() > LONGEST ? text.substring(0, LONGEST) : text;
  }
}
