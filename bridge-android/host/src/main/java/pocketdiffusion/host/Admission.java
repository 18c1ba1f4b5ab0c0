package pocketdiffusion.host;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Who may connect (PROTOCOL.md section 1). Any program on this machine and any page in a browser can reach the port: a page is
 * known by its origin, which browsers do not let it choose; the token keeps out all others.
 */
final class Admission {
  static final String PROTOCOL = "pocket-diffusion";
  static final int MOST = 4;

  private final Set<String> origins;
  private final Token token;

  private Admission(Set<String> origins, Token token) {
    this.origins = origins;
    this.token = token;
  }

  static Admission of(Iterable<String> origins, Token token) {
    Set<String> exact = new LinkedHashSet<>();
    for (String origin : origins) exact.add(origin);
    return new Admission(Collections.unmodifiableSet(exact), token);
  }

  /** What each header says; empty where it is missing. {@code present}: connections that there are already. */
  boolean admits(String host, String origin, String protocols, int port, int present) {
    boolean here = Arrays.asList("127.0.0.1:" + port, "localhost:" + port, "[::1]:" + port).contains(host);
    boolean named = false;
    boolean trusted = false;
    for (String protocol : protocols.split(",")) {
      String word = protocol.trim();
      named |= word.equals(PROTOCOL);
      trusted |= word.startsWith("token.") && token.is(word.substring("token.".length()));
    }
    return here && origins.contains(origin) && named && trusted && present < MOST;
  }
}
