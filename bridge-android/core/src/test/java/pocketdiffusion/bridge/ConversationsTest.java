package pocketdiffusion.bridge;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.After;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameter;
import org.junit.runners.Parameterized.Parameters;

/** The host in the conversations of the vectors: to what the page says, it says what they have it say. */
@RunWith(Parameterized.class)
public final class ConversationsTest {
  @Parameters(name = "{0}")
  public static List<Object[]> rows() throws Exception {
    return Vectors.rows("conversations");
  }

  @Parameter(0)
  public String sentence;

  @Parameter(1)
  public Map<?, ?> conversation;

  private final Host host = Host.over(new ToyEngine());

  @After
  public void close() {
    host.close();
  }

  @Test
  public void goesAsTheVectorSays() throws Exception {
    Page page = Page.at(host);
    List<Map<?, ?>> expected = new ArrayList<>();
    for (Map<?, ?> step : Vectors.list(conversation.get("steps"))) {
      if (step.get("from").equals("host")) {
        expected.add(step);
        continue;
      }
      compare(page, expected);
      page.connection.receive(Vectors.bytes(step.get("base64")));
    }
    compare(page, expected);
    assertEquals(Collections.emptyList(), onlyAnswers(page.rest()));
  }

  private static void compare(Page page, List<Map<?, ?>> expected) throws Exception {
    List<Frame> heard = page.hear(expected.size());
    for (int i = 0; i < heard.size(); i++) compare(expected.get(i), heard.get(i));
    expected.clear();
  }

  private static void compare(Map<?, ?> step, Frame heard) throws Exception {
    if (step.containsKey("closes")) {
      assertEquals("closed", heard.metadata.get("type"));
      return;
    }
    Frame expected = Frame.decode(Vectors.bytes(step.get("base64")));
    assertEquals(heard.metadata.toString(), expected.metadata.keySet(), heard.metadata.keySet());
    for (String key : new String[] {"type", "protocol", "call", "code", "form"}) {
      assertEquals(heard.metadata.toString(), expected.metadata.get(key), heard.metadata.get(key));
    }
    String argument = expected.metadata.get("argument");
    if (argument != null) {
      String got = heard.metadata.get("argument");
      assertTrue(got, got.equals(argument) || got.startsWith(argument + ":"));
    }
    assertEquals(expected.tensors.keySet(), heard.tensors.keySet());
    for (Map.Entry<String, Tensor> entry : expected.tensors.entrySet()) {
      assertEquals(meaning(entry.getValue()), meaning(heard.tensors.get(entry.getKey())));
    }
  }

  /** Bytes are JSON here; of numbers, every bit counts. */
  private static Object meaning(Tensor tensor) throws BridgeFault {
    if (tensor.dtype == Dtype.U8) return JsonReader.read(tensor.text(), BridgeFault.Code.INTERNAL, "json");
    return tensor.words() + tensor.data();
  }

  private static List<Frame> onlyAnswers(List<Frame> frames) {
    List<Frame> answers = new ArrayList<>();
    for (Frame frame : frames) {
      if (!"progress".equals(frame.metadata.get("type"))) answers.add(frame);
    }
    return answers;
  }
}
