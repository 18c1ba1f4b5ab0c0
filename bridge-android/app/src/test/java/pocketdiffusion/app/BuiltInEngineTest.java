package pocketdiffusion.app;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.Collections;
import org.junit.Test;
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
    Engine engine = BuiltInEngine.over(null, EMPTY);
    assertEquals("pocketdiffusion.ort.OrtEngine", engine.getClass().getName());
    assertTrue(BuiltInEngine.computes(engine));
  }

  @Test
  public void whatIsNotOrDoesNotLoadIsNone() {
    for (String type : new String[] {"pocketdiffusion.ort.None", Half.class.getName(), Other.class.getName()}) {
      assertFalse(type, BuiltInEngine.computes(BuiltInEngine.over(type, null, EMPTY)));
    }
  }
}
