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
import pocketdiffusion.qnn.QnnEngine;

/** A build with an engine and builds without, though some of them look as if they had one. */
public final class BuiltInEngineTest {
  private static final Shelf EMPTY = Collections::emptyList;
  private static final String UNLINKED = BuiltInEngineTest.class.getName() + "$Unlinked";

  /** Classes are there, their library is not. */
  public static final class Half {
    private Half() {}

    public static Engine over(String name, Device device, Shelf shelf) {
      throw new UnsatisfiedLinkError("libonnxruntime4j_jni.so");
    }
  }

  /** What it is linked against is not there. */
  public static final class Unlinked {
    static {
      if (BuiltInEngine.PLUGIN != null) throw new NoClassDefFoundError("ai/onnxruntime/OrtException");
    }

    private Unlinked() {}

    public static Engine over(String name, Device device, Shelf shelf) {
      return BareEngine.over(name, device, shelf);
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

  @Test
  public void librariesForTheNpuAreNamedToWhoTakesThem() {
    Path cache = Paths.get("c");
    assertNotNull(BuiltInEngine.over(null, EMPTY, cache, "QAIRT-1", true));
    assertEquals("c libonnxruntime_providers_qnn.so libQnnHtp.so QAIRT-1", QnnEngine.told);
    assertNotNull(BuiltInEngine.over(null, EMPTY, cache, "QAIRT-2", false));
    assertEquals("c null libQnnHtp.so QAIRT-2", QnnEngine.told);
  }

  @Test
  public void whereTheyDoNotLinkItIsTheProcessor() {
    Engine engine = BuiltInEngine.over(null, EMPTY, Paths.get("c"), QnnEngine.UNLINKED, true);
    assertEquals("pocketdiffusion.ort.OrtEngine", engine.getClass().getName());
  }

  @Test
  public void whatIsNotThereOrDoesNotLoadIsNone() {
    for (String type : new String[] {"pocketdiffusion.ort.None", Half.class.getName(), Other.class.getName(), UNLINKED}) {
      assertNull(type, BuiltInEngine.cpu(type, null, EMPTY));
      assertNull(type, BuiltInEngine.npu(type, null, EMPTY, null, "2.51.0", false));
    }
    assertFalse(BuiltInEngine.computes(BareEngine.over("x", null, EMPTY)));
  }
}
