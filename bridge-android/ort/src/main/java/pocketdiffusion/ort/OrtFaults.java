package pocketdiffusion.ort;

import ai.onnxruntime.OrtException;
import java.util.Locale;
import pocketdiffusion.bridge.BridgeFault;

/** ONNX Runtime's errors in the protocol's words: its messages hold paths and stay here. */
public final class OrtFaults {
  private OrtFaults() {}

  public static BridgeFault of(String argument, OrtException thrown) {
    String message = String.valueOf(thrown.getMessage()).toLowerCase(Locale.ROOT);
    boolean memory = message.contains("bad_alloc") || message.contains("allocate memory") || message.contains("out of memory");
    BridgeFault.Code code = memory ? BridgeFault.Code.OUT_OF_MEMORY : BridgeFault.Code.INTERNAL;
    return BridgeFault.of(code, argument, "ONNX Runtime to end well", thrown.getCode());
  }
}
