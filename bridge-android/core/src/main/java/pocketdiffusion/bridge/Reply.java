package pocketdiffusion.bridge;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a host says, as frames. {@code call} is 0 where the question's could not be read. */
final class Reply {
  private final Map<String, String> keys = new LinkedHashMap<>();
  private final Map<String, Tensor> tensors;

  private Reply(Map<String, Tensor> tensors) {
    this.tensors = tensors;
  }

  /** An answer without anything in it. */
  static Reply empty() {
    return new Reply(Collections.<String, Tensor>emptyMap());
  }

  static Reply of(Map<String, Tensor> tensors) {
    return new Reply(tensors);
  }

  static Reply of(String name, Tensor tensor) {
    return new Reply(Collections.singletonMap(name, tensor));
  }

  Reply with(String key, String value) {
    keys.put(key, value);
    return this;
  }

  Frame answer(long call) {
    Map<String, String> metadata = head("answer", call);
    metadata.putAll(keys);
    return Frame.of(metadata, tensors);
  }

  static Frame progress(long call, long done, long of) {
    Map<String, String> metadata = head("progress", call);
    if (of > 0) {
      metadata.put("done", Long.toString(done));
      metadata.put("of", Long.toString(of));
    }
    return Frame.of(metadata, Collections.<String, Tensor>emptyMap());
  }

  static Frame error(long call, BridgeFault fault) {
    Map<String, String> metadata = head("error", call);
    metadata.put("code", fault.code.word);
    metadata.put("argument", fault.argument);
    metadata.put("expected", fault.expected);
    metadata.put("got", fault.got);
    return Frame.of(metadata, Collections.<String, Tensor>emptyMap());
  }

  private static Map<String, String> head(String type, long call) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("type", type);
    metadata.put("protocol", Question.PROTOCOL);
    if (call > 0) metadata.put("call", Long.toString(call));
    return metadata;
  }
}
