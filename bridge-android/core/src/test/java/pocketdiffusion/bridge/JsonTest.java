package pocketdiffusion.bridge;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.util.Arrays;
import java.util.Collections;
import org.junit.Test;

/** JSON as JavaScript reads it. */
public final class JsonTest {
  private static Object read(String text) throws BridgeFault {
    return JsonReader.read(text, BridgeFault.Code.BAD_MODEL, "text");
  }

  @Test
  public void valuesOfEveryKind() throws BridgeFault {
    assertEquals(
        Collections.singletonMap("a", Arrays.asList(-1.5e3, 0.0, true, false, null, "x", Collections.emptyMap())),
        read(" {\"a\" : [ -1.5E+3 , 0,true,false,null,\"x\",{} ] }\n"));
    assertEquals("\"\\/\b\f\n\r\té\ud83c\udf4e", read("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00E9\\ud83c\\udf4e\""));
  }

  @Test
  public void theLastOfTwoEqualNamesCountsButForTheOutermost() throws BridgeFault {
    assertEquals(read("{\"a\":{\"b\":2}}"), read("{\"a\":{\"b\":1,\"b\":2}}"));
    assertThrows(BridgeFault.class, () -> read("{\"a\":1,\"a\":1}"));
  }

  @Test
  public void otherTextIsRefused() {
    for (String text :
        new String[] {
          "", " ", "{", "[", "[1", "[1,]", "{\"a\"}", "{\"a\":}", "{a:1}", "'a'", "01", "+1", ".5", "1.", "1e", "-", "NaN",
          "Infinity", "tru", "nul", "\"", "\"\\u12\"", "\"\\u12x4\"", "\"\t\"", "1 2", "[1]]", "\u00a01", "\"\\u00٣0\"",
        }) {
      BridgeFault fault = assertThrows(text, BridgeFault.class, () -> read(text));
      assertEquals("text", fault.argument);
    }
  }

  @Test
  public void readingGivesBackWhatWasWritten() throws BridgeFault {
    Object value = Collections.singletonMap("a\"\n\ud800", Arrays.asList(1.0, true, null, "漢\ud83c\udf4e\udc00"));
    assertEquals(value, read(JsonWriter.write(value)));
  }
}
