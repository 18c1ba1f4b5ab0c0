package pocketdiffusion.host;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import org.junit.Test;

/** The request with which a WebSocket begins. */
public final class UpgradeRequestTest {
  private static final String SOUND = Client.request(1234, Token.fresh()).replaceFirst("\r\n\r\n$", "");

  @Test
  public void theExampleOfTheStandardIsAnsweredAsThere() {
    UpgradeRequest request = UpgradeRequest.read(SOUND);
    assertTrue(request.accepted("pocket-diffusion").contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    assertEquals("127.0.0.1:1234", request.field("Host"));
    assertEquals("", request.field("Cookie"));
  }

  @Test
  public void namesAreOfEitherCaseAndListsMayBeWrittenInParts() {
    assertNotNull(UpgradeRequest.read(SOUND.replace("Upgrade: websocket", "UPGRADE: WebSocket")));
    UpgradeRequest parts = UpgradeRequest.read(SOUND + "\r\nsec-websocket-protocol: other");
    assertTrue(parts.field("Sec-WebSocket-Protocol").endsWith(",other"));
  }

  @Test
  public void whatABrowserDoesNotSendIsNone() {
    String[][] damages = {
      {"GET / ", "POST / "},
      {"GET / ", "GET http://127.0.0.1/ "},
      {"HTTP/1.1", "HTTP/1.0"},
      {"HTTP/1.1", "HTTP/1.1 "},
      {"Upgrade: websocket", "Upgrade: h2c"},
      {"keep-alive, Upgrade", "keep-alive"},
      {"Version: 13", "Version: 8"},
      {"Sec-WebSocket-Version: 13\r\n", ""},
      {"dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25j"},
      {"dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBs*SBub25jZQ=="},
      {"Host: ", "Host : "},
      {"Host: ", " Host: "},
      {"Host: 127.0.0.1:1234", "Host: 127.0.0.1:1234\r\nHost: evil.example"},
      {"Origin: ", "Origin: https://example.com\r\nOrigin: "},
      {"Origin: ", "no field\r\nOrigin: "},
    };
    for (String[] damage : damages) {
      String damaged = SOUND.replace(damage[0], damage[1]);
      assertTrue(damage[0], !damaged.equals(SOUND));
      assertNull(damage[1], UpgradeRequest.read(damaged));
    }
    for (String head : new String[] {"", "\r\n", "GET", SOUND.split("\r\n")[0]}) assertNull(head, UpgradeRequest.read(head));
  }
}
