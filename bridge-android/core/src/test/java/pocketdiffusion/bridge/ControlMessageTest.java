package pocketdiffusion.bridge;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameter;
import org.junit.runners.Parameterized.Parameters;

/** The texts on the control port of the vectors: what a page says is understood, and what the app says is as it stands there. */
@RunWith(Parameterized.class)
public final class ControlMessageTest {
  @Parameters(name = "{0}")
  public static List<Object[]> rows() throws Exception {
    List<Object[]> rows = Vectors.rows("control");
    rows.removeIf(row -> isOfLater((Map<?, ?>) row[1]));
    return rows;
  }

  /** What an app of later may say, a page must cope with; this one does not say it. */
  private static boolean isOfLater(Map<?, ?> vector) {
    return vector.get("from").equals("host") && (!vector.containsKey("meaning") || vector.get("sentence").equals("a key more"));
  }

  @Parameter(0)
  public String sentence;

  @Parameter(1)
  public Map<?, ?> vector;

  @Test
  public void meansWhatTheVectorSays() {
    Map<?, ?> meaning = (Map<?, ?>) vector.get("meaning");
    String text = (String) vector.get("text");
    if (vector.get("from").equals("host")) assertEquals(text, said(meaning));
    else if (meaning == null) assertNull(ControlMessage.read(text));
    else assertEquals(meaning, meaningOf(ControlMessage.read(text)));
  }

  private static String said(Map<?, ?> meaning) {
    String type = (String) meaning.get("type");
    if (type.equals("connected")) return ControlMessage.CONNECTED;
    if (type.equals("cancel")) return ControlMessage.cancel();
    if (type.equals("job")) return ControlMessage.jobBack((String) meaning.get("job"));
    return ControlMessage.changed((String) meaning.get("what"));
  }

  private static Map<String, Object> meaningOf(ControlMessage message) {
    assertNotNull(message);
    Map<String, Object> meaning = new LinkedHashMap<>();
    meaning.put("type", message.type.name().toLowerCase(Locale.ROOT));
    if (message.type == ControlMessage.Type.PROGRESS) {
      meaning.put("index", (double) message.index);
      meaning.put("of", (double) message.of);
    }
    if (message.type == ControlMessage.Type.JOB) meaning.put("job", message.job);
    if (message.url != null) {
      meaning.put("url", message.url);
      meaning.put("name", message.name);
    }
    return meaning;
  }

  @Test
  public void whatIsNoTextOrTooLongIsNotHeeded() {
    assertNull(ControlMessage.read(null));
    StringBuilder spaces = new StringBuilder("{\"type\":\"idle\"}");
    while (spaces.length() < 524_288) spaces.append(' ');
    assertEquals(ControlMessage.Type.IDLE, ControlMessage.read(spaces.toString()).type);
    assertNull(ControlMessage.read(spaces.append(' ').toString()));
  }
}
