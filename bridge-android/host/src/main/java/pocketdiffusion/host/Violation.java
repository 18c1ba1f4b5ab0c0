package pocketdiffusion.host;

/** A peer broke the rules of WebSockets; {@code code}: why the connection ends (RFC 6455 section 7.4.1). */
final class Violation extends Exception {
  static final int PROTOCOL = 1002;
  static final int NOT_TEXT = 1007;
  static final int TOO_LARGE = 1009;
  private static final long serialVersionUID = 1;

  final int code;

  Violation(int code, String what) {
    super(what);
    this.code = code;
  }
}
