package pocketdiffusion.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Collections;
import org.junit.Test;
import pocketdiffusion.bridge.BareEngine;
import pocketdiffusion.bridge.Device;
import pocketdiffusion.bridge.Engine;
import pocketdiffusion.bridge.Shelf;

/** A build with an engine and builds without, though some of them look as if they had one. */
public final class BuiltInEngineTest {
  private static final Shelf EMPTY = Collections::emptyList;

  /** Classes are there, their library is not. */
  public static final class Half {
    private Half() {}

    public static Engine over(String name, Device device, Shelf shelf) {
      throw new UnsatisfiedLinkError("libonnxruntime4j_jni.so");
    }
  }

  /** Another class of that name. */
  public static final class Other {
    private Other() {}
  }

  @Test
  public void whatIsBuiltInIsTaken() {
    Engine engine = BuiltInEngine.over(null, EMPTY, null, null, false);
    assertEquals("pocketdiffusion.ort.OrtEngine", engine.getClass().getName());
    assertTrue(BuiltInEngine.computes(engine));
  }

  /** As QnnEngine, and remembers what it was told. */
  public static final class Npu {
    private static String told;

    private Npu() {}

    public static Engine over(
        String name, Device device, Shelf shelf, Path cache, String plugin, String backend, String version) {
      told = cache + " " + plugin + " " + backend + " " + version;
      return BareEngine.over(name, device, shelf);
    }
  }

  @Test
  public void librariesForTheNpuAreNamedToWhoTakesThem() {
    Path cache = Paths.get("c");
    assertNotNull(BuiltInEngine.npu(Npu.class.getName(), null, EMPTY, cache, "2.51.0", true));
    assertEquals("c libonnxruntime_providers_qnn.so libQnnHtp.so 2.51.0", Npu.told);
    assertNotNull(BuiltInEngine.npu(Npu.class.getName(), null, EMPTY, cache, "2.51.0", false));
    assertEquals("c null libQnnHtp.so 2.51.0", Npu.told);
  }

  @Test
  public void withoutTheClassForNpusItIsTheProcessor() {
    Engine engine = BuiltInEngine.over(null, EMPTY, Paths.get("c"), "2.51.0", true);
    assertEquals("pocketdiffusion.ort.OrtEngine", engine.getClass().getName());
  }

  @Test
  public void whatIsNotThereOrDoesNotLoadIsNone() {
    for (String type : new String[] {"pocketdiffusion.ort.None", Half.class.getName(), Other.class.getName()}) {
      assertNull(type, BuiltInEngine.cpu(type, null, EMPTY));
      assertNull(type, BuiltInEngine.npu(type, null, EMPTY, null, "2.51.0", false));
    }
    assertFalse(BuiltInEngine.computes(BareEngine.over("x", null, EMPTY)));
  }
}
