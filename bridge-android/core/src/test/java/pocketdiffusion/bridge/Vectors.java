package pocketdiffusion.bridge;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** {@code protocol/vectors.json}, which the page's specs pass too. */
final class Vectors {
  private Vectors() {}

  static Map<?, ?> all() throws IOException, BridgeFault {
    byte[] bytes = Files.readAllBytes(Paths.get("../protocol/vectors.json"));
    String text = new String(bytes, StandardCharsets.UTF_8);
    return (Map<?, ?>) JsonReader.read(text, BridgeFault.Code.INTERNAL, "vectors.json");
  }

  static List<Map<?, ?>> list(Object json) {
    List<Map<?, ?>> list = new ArrayList<>();
    for (Object each : (List<?>) json) list.add((Map<?, ?>) each);
    return list;
  }

  /** Rows for JUnit's parameters: the sentence, then the whole entry. */
  static List<Object[]> rows(String key) throws IOException, BridgeFault {
    List<Object[]> rows = new ArrayList<>();
    for (Map<?, ?> each : list(all().get(key))) rows.add(new Object[] {each.get("sentence"), each});
    return rows;
  }

  static ByteBuffer bytes(Object base64) {
    return ByteBuffer.wrap(Base64.getDecoder().decode((String) base64));
  }
}
