package pocketdiffusion.app;

import pocketdiffusion.bridge.BareEngine;
import pocketdiffusion.bridge.Device;
import pocketdiffusion.bridge.Engine;
import pocketdiffusion.bridge.Shelf;

/** The engine that this build has: ONNX Runtime's where its classes and its library were put in, else none. */
final class BuiltInEngine {
  private static final String ORT = "pocketdiffusion.ort.OrtEngine";
  private static final String NAME = "android 0.1.0";

  private BuiltInEngine() {}

  static Engine over(Device device, Shelf shelf) {
    return over(ORT, device, shelf);
  }

  /** Whether it can do more than tell what it has. */
  static boolean computes(Engine engine) {
    return !(engine instanceof BareEngine);
  }

  /** {@code type}: the class of an engine with a static {@code over(String, Device, Shelf)}. */
  static Engine over(String type, Device device, Shelf shelf) {
    try {
      return (Engine)
          Class.forName(type).getMethod("over", String.class, Device.class, Shelf.class).invoke(null, NAME, device, shelf);
    } catch (ReflectiveOperationException | LinkageError notBuiltIn) {
      return BareEngine.over(NAME, device, shelf);
    }
  }
}
