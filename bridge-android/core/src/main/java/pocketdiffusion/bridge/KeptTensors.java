package pocketdiffusion.bridge;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a page has put, by its numbers. Invariant: within the caps of PROTOCOL.md section 6; nothing holds on to a frame. */
final class KeptTensors {
  static final int MOST = 64;
  static final int MAX_BYTES = 64 << 20;
  private static final String PREFIX = "kept.";

  private final Map<Long, Tensor> tensors = new HashMap<>();
  private long bytes = 0;

  void put(long number, Tensor tensor) throws BridgeFault {
    if (tensors.containsKey(number)) throw BridgeFault.badArgument("kept", "a number that is not in use", number);
    if (tensors.size() == MOST || bytes + tensor.bytes() > MAX_BYTES) {
      String most = "at most " + MOST + " tensors of " + MAX_BYTES + " bytes together";
      throw BridgeFault.of(BridgeFault.Code.TOO_LARGE, "kept", most, bytes + tensor.bytes());
    }
    // Outside of the heap, where a library of native code reads it without another copy for each run.
    ByteBuffer copy = ByteBuffer.allocateDirect(tensor.bytes());
    copy.put(tensor.data()).flip();
    tensors.put(number, Tensor.of(tensor.dtype, tensor.shape(), copy));
    bytes += tensor.bytes();
  }

  void drop(long number) throws BridgeFault {
    Tensor tensor = tensors.remove(number);
    if (tensor == null) throw BridgeFault.badArgument("kept", "a number in use", number);
    bytes -= tensor.bytes();
  }

  /** The tensors that came with {@code question} and those it names, by input. */
  Map<String, Tensor> inputs(Question question) throws BridgeFault {
    Map<String, Tensor> inputs = new LinkedHashMap<>(question.tensors);
    for (Map.Entry<String, String> word : question.words().entrySet()) {
      if (!word.getKey().startsWith(PREFIX)) continue;
      Tensor tensor = null;
      for (Map.Entry<Long, Tensor> kept : tensors.entrySet()) {
        if (kept.getKey().toString().equals(word.getValue())) tensor = kept.getValue();
      }
      if (tensor == null) throw BridgeFault.badArgument(word.getKey(), "a number in use", word.getValue());
      String name = word.getKey().substring(PREFIX.length());
      if (inputs.put(name, tensor) != null) throw BridgeFault.badArgument(name, "to be given once", "twice");
    }
    return inputs;
  }
}
