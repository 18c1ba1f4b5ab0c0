package pocketdiffusion.host;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import java.util.Arrays;
import org.junit.Test;

/** Who is let in. */
public final class AdmissionTest {
  private static final String ORIGIN = "http://localhost:8080";

  private final Token token = Token.fresh();
  private final String protocols = "pocket-diffusion, token." + token.digits;
  private final Admission admission = Admission.of(Arrays.asList(ORIGIN, "https://example.com"), token);

  private boolean admits(String host, String origin, String protocols) {
    return admission.admits(host, origin, protocols, 1234, 0);
  }

  @Test
  public void aPageOfTheOriginWithTheTokenIsLetIn() {
    assertTrue(admits("127.0.0.1:1234", ORIGIN, protocols));
    assertTrue(admits("localhost:1234", "https://example.com", protocols));
    assertTrue(admits("[::1]:1234", ORIGIN, "token." + token.digits + ",pocket-diffusion"));
  }

  @Test
  public void originsAreExact() {
    for (String origin :
        new String[] {"", "null", "http://localhost:8081", "https://localhost:8080", "http://localhost:8080/", ORIGIN + "; " + ORIGIN}) {
      assertFalse(origin, admits("127.0.0.1:1234", origin, protocols));
    }
  }

  @Test
  public void aNameThatAnAttackerPointsAtThisMachineIsRefused() {
    for (String host : new String[] {"", "127.0.0.1", "127.0.0.1:1235", "evil.example:1234", "localhost.evil.example:1234"}) {
      assertFalse(host, admits(host, ORIGIN, protocols));
    }
  }

  @Test
  public void theTokenMustBeRightToTheLastDigit() {
    String other = Token.fresh().digits;
    assertNotEquals(token.digits, other);
    assertEquals(64, other.length());
    for (String words :
        new String[] {
          "",
          "pocket-diffusion",
          "token." + token.digits,
          "pocket-diffusion, token.",
          "pocket-diffusion, token." + token.digits.substring(1),
          "pocket-diffusion, token." + token.digits + "0",
          "pocket-diffusion, token." + other,
          "pocket-diffusion, " + token.digits,
        }) {
      assertFalse(words, admits("127.0.0.1:1234", ORIGIN, words));
    }
  }

  @Test
  public void theFifthIsRefused() {
    assertTrue(admission.admits("localhost:1234", ORIGIN, protocols, 1234, 3));
    assertFalse(admission.admits("localhost:1234", ORIGIN, protocols, 1234, 4));
  }
}
