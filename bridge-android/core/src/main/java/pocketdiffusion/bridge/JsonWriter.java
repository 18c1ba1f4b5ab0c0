package pocketdiffusion.bridge;

import java.util.Iterator;
import java.util.Map;

/** Maps, iterables, strings, numbers, booleans and null as JSON, in the order in which they are. */
public final class JsonWriter {
  private JsonWriter() {}

  public static String write(Object value) {
    StringBuilder out = new StringBuilder();
    append(out, value);
    return out.toString();
  }

  private static void append(StringBuilder out, Object value) {
    if (value instanceof Map) object(out, (Map<?, ?>) value);
    else if (value instanceof Iterable) list(out, (Iterable<?>) value);
    else if (value instanceof CharSequence) string(out, (CharSequence) value);
    else out.append(value);
  }

  private static void object(StringBuilder out, Map<?, ?> object) {
    char before = '{';
    for (Map.Entry<?, ?> entry : object.entrySet()) {
      out.append(before);
      string(out, (String) entry.getKey());
      out.append(':');
      append(out, entry.getValue());
      before = ',';
    }
    out.append(object.isEmpty() ? "{}" : "}");
  }

  private static void list(StringBuilder out, Iterable<?> list) {
    out.append('[');
    for (Iterator<?> values = list.iterator(); values.hasNext(); ) {
      append(out, values.next());
      if (values.hasNext()) out.append(',');
    }
    out.append(']');
  }

  /** What has no place in UTF-8, a lone surrogate, is escaped, as are control characters. */
  private static void string(StringBuilder out, CharSequence text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      if (character == '"' || character == '\\') out.append('\\').append(character);
      else if (character < ' ' || lone(text, i)) out.append(String.format("\\u%04x", (int) character));
      else out.append(character);
    }
    out.append('"');
  }

  private static boolean lone(CharSequence text, int at) {
    char character = text.charAt(at);
    if (Character.isHighSurrogate(character)) {
      return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
    }
    return Character.isLowSurrogate(character)
        && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
  }
}
