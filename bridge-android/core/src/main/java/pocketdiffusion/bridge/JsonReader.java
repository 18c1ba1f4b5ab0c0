package pocketdiffusion.bridge;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Strict JSON (RFC 8259) as maps, lists, strings, doubles, booleans and null. As in JavaScript, the last of two equal
 * names counts; but among the names of the outermost object there must be no two equal ones.
 *
 * <p>Invariant: {@code at} is the place of the next character that was not understood yet.
 */
final class JsonReader {
  private static final int DEEPEST = 32;

  private final String text;
  private int at = 0;
  private int depth = 0;

  private JsonReader(String text) {
    this.text = text;
  }

  /** What {@code text} says; a fault of this code about {@code argument} where it is no JSON. */
  static Object read(String text, BridgeFault.Code code, String argument) throws BridgeFault {
    JsonReader reader = new JsonReader(text);
    try {
      Object value = reader.value();
      reader.space();
      if (reader.at < text.length()) throw new Fault("nothing more");
      return value;
    } catch (Fault fault) {
      throw BridgeFault.of(code, argument, "JSON: " + fault.getMessage(), "other text at " + reader.at);
    }
  }

  private static final class Fault extends Exception {
    private static final long serialVersionUID = 1L;

    Fault(String expected) {
      super(expected, null, false, false);
    }
  }

  private Object value() throws Fault {
    space();
    switch (peek()) {
      case '{':
        return object();
      case '[':
        return list();
      case '"':
        return string();
      case 't':
        return word("true", Boolean.TRUE);
      case 'f':
        return word("false", Boolean.FALSE);
      case 'n':
        return word("null", null);
      default:
        return number();
    }
  }

  private Map<String, Object> object() throws Fault {
    Map<String, Object> object = new LinkedHashMap<>();
    enter();
    space();
    if (!accept('}')) {
      do {
        space();
        String name = string();
        space();
        if (!accept(':')) throw new Fault("a colon");
        boolean known = object.containsKey(name);
        object.put(name, value());
        if (known && depth == 1) throw new Fault("each name once");
        space();
      } while (accept(','));
      if (!accept('}')) throw new Fault("the end of an object");
    }
    depth--;
    return object;
  }

  private List<Object> list() throws Fault {
    List<Object> list = new ArrayList<>();
    enter();
    space();
    if (!accept(']')) {
      do {
        list.add(value());
        space();
      } while (accept(','));
      if (!accept(']')) throw new Fault("the end of a list");
    }
    depth--;
    return list;
  }

  private void enter() throws Fault {
    at++;
    depth++;
    if (depth > DEEPEST) throw new Fault("at most " + DEEPEST + " levels");
  }

  private String string() throws Fault {
    if (!accept('"')) throw new Fault("a string");
    StringBuilder string = new StringBuilder();
    for (; ; ) {
      char character = peek();
      if (character < ' ') throw new Fault("no control character");
      at++;
      if (character == '"') return string.toString();
      string.append(character == '\\' ? escaped() : character);
    }
  }

  private char escaped() throws Fault {
    char character = peek();
    at++;
    int simple = "\"\\/bfnrt".indexOf(character);
    if (simple >= 0) return "\"\\/\b\f\n\r\t".charAt(simple);
    if (character != 'u' || at + 4 > text.length()) throw new Fault("an escape");
    int code = 0;
    for (int i = 0; i < 4; i++) {
      char digit = text.charAt(at++);
      int value = digit < 128 ? Character.digit(digit, 16) : -1;
      if (value < 0) throw new Fault("a hexadecimal digit");
      code = code * 16 + value;
    }
    return (char) code;
  }

  private Double number() throws Fault {
    int begin = at;
    accept('-');
    if (!accept('0')) digits();
    if (accept('.')) digits();
    if (accept('e') || accept('E')) {
      if (!accept('+')) accept('-');
      digits();
    }
    return Double.valueOf(text.substring(begin, at));
  }

  private void digits() throws Fault {
    int begin = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') at++;
    if (at == begin) throw new Fault("a digit");
  }

  private Object word(String word, Boolean value) throws Fault {
    if (!text.startsWith(word, at)) throw new Fault(word);
    at += word.length();
    return value;
  }

  private void space() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) at++;
  }

  /** The next character, which is there. */
  private char peek() throws Fault {
    if (at >= text.length()) throw new Fault("more text");
    return text.charAt(at);
  }

  private boolean accept(char character) {
    if (at >= text.length() || text.charAt(at) != character) return false;
    at++;
    return true;
  }
}
