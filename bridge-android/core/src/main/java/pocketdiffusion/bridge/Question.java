package pocketdiffusion.bridge;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a page asks, read from a frame (PROTOCOL.md section 3).
 *
 * <p>Invariant: the type is known, every key that it needs is there and well-formed, and there are no other tensors than it takes.
 */
final class Question {
  static final String PROTOCOL = "1";

  /** What may be asked, with the keys and the tensors it takes. */
  enum Type {
    HELLO(false, keys("protocols"), keys()),
    STATUS(false, keys(), keys()),
    DESCRIBE(false, keys("model"), keys()),
    EMBED(true, keys("model"), keys("ids")),
    OPEN(true, keys("session", "model", "stage", "backend", "batch"), keys()),
    RUN(true, keys("session"), null),
    CLOSE(true, keys("session"), keys()),
    PUT(false, keys("kept"), keys("value")),
    DROP(false, keys("kept"), keys()),
    CANCEL(false, keys(), keys());

    /** Whether it waits for its turn, since networks run one at a time. */
    final boolean inTurn;
    final List<String> keys;
    /** Null: any. */
    final List<String> tensors;

    Type(boolean inTurn, List<String> keys, List<String> tensors) {
      this.inTurn = inTurn;
      this.keys = keys;
      this.tensors = tensors;
    }

    private static List<String> keys(String... names) {
      return names.length == 0 ? Collections.<String>emptyList() : Arrays.asList(names);
    }
  }

  private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,15}");
  private static final Pattern VERSIONS = Pattern.compile("[1-9][0-9]{0,8}(,[1-9][0-9]{0,8})*");
  private static final List<String> NUMBERS = Arrays.asList("session", "kept", "batch", "width", "height");

  final Type type;
  final long call;
  final Map<String, Tensor> tensors;
  private final Map<String, String> metadata;

  private Question(Type type, long call, Frame frame) {
    this.type = type;
    this.call = call;
    this.tensors = frame.tensors;
    this.metadata = frame.metadata;
  }

  /** The number of the call, which is all that an error about the rest needs. */
  static long callOf(Frame frame) throws BridgeFault {
    return number(frame.metadata, "call");
  }

  static Question read(Frame frame) throws BridgeFault {
    String protocol = frame.metadata.get("protocol");
    if (!PROTOCOL.equals(protocol)) {
      throw BridgeFault.of(BridgeFault.Code.UNSUPPORTED_PROTOCOL, "protocol", PROTOCOL, protocol);
    }
    Question question = new Question(typeOf(frame.metadata.get("type")), callOf(frame), frame);
    for (String key : question.type.keys) check(frame.metadata, key);
    if (question.type == Type.OPEN && !question.word("stage").equals(Offer.TEXT_ENCODER)) {
      check(frame.metadata, "width");
      check(frame.metadata, "height");
    }
    question.checkTensors();
    return question;
  }

  String word(String key) {
    return metadata.get(key);
  }

  /** Of a key that is one; 0 where the question has none. */
  long number(String key) {
    String text = metadata.get(key);
    return text == null ? 0 : Long.parseLong(text);
  }

  Map<String, String> words() {
    return metadata;
  }

  boolean offers(String protocol) {
    return Arrays.asList(word("protocols").split(",")).contains(protocol);
  }

  private static Type typeOf(String word) throws BridgeFault {
    for (Type type : Type.values()) {
      if (type.name().toLowerCase(java.util.Locale.ROOT).equals(word)) return type;
    }
    throw badMessage("type", "a question", word);
  }

  private static void check(Map<String, String> metadata, String key) throws BridgeFault {
    String text = metadata.get(key);
    if (text == null) throw badMessage(key, "a word", "nothing");
    if (NUMBERS.contains(key)) number(metadata, key);
    else if (key.equals("stage")) oneOf(Offer.STAGES, key, text);
    else if (key.equals("backend")) oneOf(Status.BACKENDS, key, text);
    else if (key.equals("protocols") && !VERSIONS.matcher(text).matches()) {
      throw badMessage(key, "versions with commas", text);
    }
  }

  private static void oneOf(List<String> words, String key, String text) throws BridgeFault {
    if (!words.contains(text)) throw badMessage(key, String.join(", ", words), text);
  }

  private static long number(Map<String, String> metadata, String key) throws BridgeFault {
    String text = metadata.get(key);
    long value = text != null && NUMBER.matcher(text).matches() ? Long.parseLong(text) : -1;
    if (value < 0 || value >= Shapes.SAFE) throw badMessage(key, "a number", text);
    return value;
  }

  private void checkTensors() throws BridgeFault {
    if (type.tensors == null) return;
    for (String name : type.tensors) {
      if (!tensors.containsKey(name)) throw badMessage(name, "a tensor", "none");
    }
    for (String name : tensors.keySet()) {
      if (!type.tensors.contains(name)) throw badMessage(name, "no tensor", "one");
    }
  }

  static BridgeFault badMessage(String argument, String expected, Object got) {
    return BridgeFault.of(BridgeFault.Code.BAD_MESSAGE, argument, expected, got);
  }
}
