package pocketdiffusion.host;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;

/** The secret of a launch: who knows it may connect. Invariant: 64 hexadecimal digits of which nobody can guess one. */
final class Token {
  private static final int BYTES = 32;

  final String digits;

  private Token(String digits) {
    this.digits = digits;
  }

  static Token fresh() {
    byte[] bytes = new byte[BYTES];
    new SecureRandom().nextBytes(bytes);
    StringBuilder digits = new StringBuilder();
    for (byte each : bytes) digits.append(String.format("%02x", each));
    return new Token(digits.toString());
  }

  /** That of another process. */
  static Token of(String digits) {
    return new Token(digits);
  }

  /** In a time that does not tell how much of it was right. */
  boolean is(String given) {
    return MessageDigest.isEqual(
        digits.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
  }
}
