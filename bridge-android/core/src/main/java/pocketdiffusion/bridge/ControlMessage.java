package pocketdiffusion.bridge;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a page says on the control port of the app, and what it is told there (PROTOCOL.md section 1).
 *
 * <p>Invariant: what a message of its type needs is there and within its bounds; all else is null or 0.
 */
public final class ControlMessage {
  /** What a page may say. */
  public enum Type {
    CONNECT,
    MODELS,
    DRAWING,
    PROGRESS,
    IDLE,
    JOB,
    SAVING
  }

  public static final String CONNECTED = "connected";
  private static final int LONGEST = 524_288;
  private static final int LONGEST_JOB_BYTES = 65_536;
  private static final long MOST_STEPS = 1_000_000;

  public final Type type;
  /** Of {@code PROGRESS}: that many steps are done. */
  public final int index;
  public final int of;
  /** Of {@code JOB}: null where there is none any more. */
  public final String job;
  /** Of {@code SAVING}. */
  public final String url;
  public final String name;

  private ControlMessage(Type type, int index, int of, String job, String url, String name) {
    this.type = type;
    this.index = index;
    this.of = of;
    this.job = job;
    this.url = url;
    this.name = name;
  }

  private static ControlMessage of(Type type) {
    return new ControlMessage(type, 0, 0, null, null, null);
  }

  /** Null where {@code text} is nothing to be heeded. */
  public static ControlMessage read(String text) {
    if (text == null || text.length() > LONGEST) return null;
    if (text.equals("connect")) return of(Type.CONNECT);
    if (text.equals("models")) return of(Type.MODELS);
    try {
      Object json = JsonReader.read(text, BridgeFault.Code.INTERNAL, "control");
      return json instanceof Map ? read((Map<?, ?>) json) : null;
    } catch (BridgeFault noJson) {
      return null;
    }
  }

  private static ControlMessage read(Map<?, ?> json) {
    String type = String.valueOf(json.get("type"));
    switch (type) {
      case "drawing":
        return of(Type.DRAWING);
      case "idle":
        return of(Type.IDLE);
      case "progress":
        return progress(Shapes.integer(json.get("index")), Shapes.integer(json.get("of")));
      case "job":
        return json.containsKey("job") ? job(json.get("job")) : null;
      case "saving":
        return saving(json.get("url"), json.get("name"));
      default:
        return null;
    }
  }

  private static ControlMessage progress(long index, long of) {
    if (index < 0 || index > of || of < 1 || of > MOST_STEPS) return null;
    return new ControlMessage(Type.PROGRESS, (int) index, (int) of, null, null, null);
  }

  private static ControlMessage job(Object json) {
    if (json == null) return of(Type.JOB);
    if (!(json instanceof String)) return null;
    String job = (String) json;
    boolean fits = job.getBytes(StandardCharsets.UTF_8).length <= LONGEST_JOB_BYTES;
    return new ControlMessage(Type.JOB, 0, 0, fits ? job : null, null, null);
  }

  private static ControlMessage saving(Object url, Object name) {
    if (!(url instanceof String) || !(name instanceof String)) return null;
    return new ControlMessage(Type.SAVING, 0, 0, null, (String) url, (String) name);
  }

  /** {@code what}: {@code models}, {@code npu} or {@code thermal}. */
  public static String changed(String what) {
    return text("changed", "what", what);
  }

  public static String cancel() {
    return JsonWriter.write(Collections.singletonMap("type", "cancel"));
  }

  public static String jobBack(String job) {
    return text("job", "job", job);
  }

  private static String text(String type, String key, String value) {
    Map<String, String> json = new LinkedHashMap<>();
    json.put("type", type);
    json.put(key, value);
    return JsonWriter.write(json);
  }
}
