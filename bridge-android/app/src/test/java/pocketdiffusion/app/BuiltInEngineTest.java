package pocketdiffusion.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertTrue;

import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Collections;
import org.junit.Test;
import pocketdiffusion.bridge.BareEngine;
import pocketdiffusion.bridge.CrashMark;
import pocketdiffusion.bridge.Device;
import pocketdiffusion.bridge.Engine;
import pocketdiffusion.bridge.NpuSetup;
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

  private static NpuSetup setup(String version) {
    Path folder = Paths.get("target/none");
    return NpuSetup.of(folder, null, "b", version, CrashMark.at(folder.resolve("mark"), "1"), () -> {});
  }

  @Test
  public void whatIsBuiltInIsTaken() {
    Engine engine = BuiltInEngine.over(null, EMPTY, null);
    assertEquals("pocketdiffusion.ort.OrtEngine", engine.getClass().getName());
    assertTrue(BuiltInEngine.computes(engine));
  }

  @Test
  public void librariesForTheNpuAreNamedToWhoTakesThem() {
    NpuSetup setup = setup("QAIRT-1");
    assertNotNull(BuiltInEngine.over(null, EMPTY, setup));
    assertSame(setup, QnnEngine.told);
  }

  @Test
  public void whereTheyDoNotLinkItIsTheProcessor() {
    Engine engine = BuiltInEngine.over(null, EMPTY, setup(QnnEngine.UNLINKED));
    assertEquals("pocketdiffusion.ort.OrtEngine", engine.getClass().getName());
  }

  @Test
  public void whatIsNotThereOrDoesNotLoadIsNone() {
    for (String type : new String[] {"pocketdiffusion.ort.None", Half.class.getName(), Other.class.getName(), UNLINKED}) {
      assertNull(type, BuiltInEngine.cpu(type, null, EMPTY));
      assertNull(type, BuiltInEngine.npu(type, null, EMPTY, setup("QAIRT-1")));
    }
    assertFalse(BuiltInEngine.computes(BareEngine.over("x", null, EMPTY)));
  }
}
