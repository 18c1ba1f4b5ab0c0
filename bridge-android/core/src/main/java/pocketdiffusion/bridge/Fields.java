package pocketdiffusion.bridge;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An object of a JSON file, whose fields must be there; what is missing is a {@code bad-model} with the way to it. */
final class Fields {
  private final String path;
  private final Map<?, ?> object;

  private Fields(String path, Map<?, ?> object) {
    this.path = path;
    this.object = object;
  }

  static Fields of(String file, String text) throws BridgeFault {
    return of(file, JsonReader.read(text, BridgeFault.Code.BAD_MODEL, file));
  }

  private static Fields of(String path, Object json) throws BridgeFault {
    if (json instanceof Map) return new Fields(path, (Map<?, ?>) json);
    throw BridgeFault.of(BridgeFault.Code.BAD_MODEL, path, "an object", json);
  }

  boolean has(String name) {
    return object.containsKey(name);
  }

  Fields object(String name) throws BridgeFault {
    return of(path + ": " + name, object.get(name));
  }

  List<Fields> list(String name) throws BridgeFault {
    Object value = object.get(name);
    if (!(value instanceof List)) throw bad(name, "a list");
    List<Fields> list = new ArrayList<>();
    for (Object each : (List<?>) value) list.add(of(path + ": " + name + "." + list.size(), each));
    return list;
  }

  String text(String name) throws BridgeFault {
    Object value = object.get(name);
    if (value instanceof String) return (String) value;
    throw bad(name, "text");
  }

  /** Null where there is none. */
  String textOrNull(String name) throws BridgeFault {
    return object.get(name) == null ? null : text(name);
  }

  /** In [0, 2^53). */
  long integer(String name) throws BridgeFault {
    long value = Shapes.integer(object.get(name));
    if (value < 0) throw bad(name, "a number");
    return value;
  }

  BridgeFault bad(String name, String expected) {
    return BridgeFault.of(BridgeFault.Code.BAD_MODEL, path + ": " + name, expected, object.get(name));
  }
}
