package pocketdiffusion.app;

import pocketdiffusion.bridge.BareEngine;
import pocketdiffusion.bridge.Device;
import pocketdiffusion.bridge.Engine;
import pocketdiffusion.bridge.NpuSetup;
import pocketdiffusion.bridge.Shelf;

/**
 * The engine that this build has: for NPUs where Qualcomm's libraries were put in, ONNX Runtime's where that was, else none. They
 * are named by text, since most builds are without.
 */
final class BuiltInEngine {
  private static final String QNN = "pocketdiffusion.qnn.QnnEngine";
  private static final String ORT = "pocketdiffusion.ort.OrtEngine";
  private static final String NAME = "android 0.1.0";
  /** Found by their names: they lie where Android has unpacked the package's libraries. */
  static final String BACKEND = "libQnnHtp.so";
  /** Where the provider is a library of its own; where it is not, it is part of ONNX Runtime. */
  static final String PLUGIN = "libonnxruntime_providers_qnn.so";

  private BuiltInEngine() {}

  /** {@code npu}: null where an NPU's libraries are not in. */
  static Engine over(Device device, Shelf shelf, NpuSetup npu) {
    Engine engine = npu == null ? null : npu(QNN, device, shelf, npu);
    if (engine == null) engine = cpu(ORT, device, shelf);
    return engine == null ? BareEngine.over(NAME, device, shelf) : engine;
  }

  /** Whether it can do more than tell what it has. */
  static boolean computes(Engine engine) {
    return !(engine instanceof BareEngine);
  }

  /** Of ONNX Runtime, as it says itself; null where it is not built in. */
  static String ortVersion() {
    try {
      Class<?> type = Class.forName("ai.onnxruntime.OrtEnvironment");
      Object environment = type.getMethod("getEnvironment").invoke(null);
      return (String) type.getMethod("getVersion").invoke(environment);
    } catch (ReflectiveOperationException | LinkageError notBuiltIn) {
      return null;
    }
  }

  /** {@code type}: a class with a static {@code over} as that of {@code QnnEngine}; null where it, or its library, is not there. */
  static Engine npu(String type, Device device, Shelf shelf, NpuSetup npu) {
    return made(type, new Class<?>[] {String.class, Device.class, Shelf.class, NpuSetup.class}, NAME, device, shelf, npu);
  }

  /** As {@code npu}, with a static {@code over} as that of {@code OrtEngine}. */
  static Engine cpu(String type, Device device, Shelf shelf) {
    return made(type, new Class<?>[] {String.class, Device.class, Shelf.class}, NAME, device, shelf);
  }

  private static Engine made(String type, Class<?>[] types, Object... arguments) {
    try {
      return (Engine) Class.forName(type).getMethod("over", types).invoke(null, arguments);
    } catch (ReflectiveOperationException | LinkageError notBuiltIn) {
      return null;
    }
  }
}
