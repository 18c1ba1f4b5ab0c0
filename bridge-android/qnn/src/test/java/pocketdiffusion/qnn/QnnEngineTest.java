package pocketdiffusion.qnn;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.List;
import java.util.Map;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import pocketdiffusion.bridge.BridgeFault;
import pocketdiffusion.bridge.Cancellation;
import pocketdiffusion.bridge.CrashMark;
import pocketdiffusion.bridge.Device;
import pocketdiffusion.bridge.Model;
import pocketdiffusion.bridge.NpuSetup;
import pocketdiffusion.bridge.Offer;
import pocketdiffusion.bridge.Port;
import pocketdiffusion.bridge.Shelf;
import pocketdiffusion.bridge.Status;
import pocketdiffusion.bridge.Tensor;
import pocketdiffusion.ort.OrtNetwork;

/** Phones without an NPU that computes; those with one: {@code EmulatorTest}. */
public final class QnnEngineTest {
  @Rule public final TemporaryFolder temporary = new TemporaryFolder();

  private final CountDownLatch known = new CountDownLatch(1);

  private QnnEngine engine(NamedChip device) {
    Path folder = temporary.getRoot().toPath();
    CrashMark mark = CrashMark.at(folder.resolve("mark"), "1");
    NpuSetup setup =
        NpuSetup.of(folder.resolve("contexts"), "/no/such/plugin.so", "/no/such/backend.so", "2.51.0", mark, known::countDown);
    return QnnEngine.over("test", device, Collections::emptyList, setup);
  }

  private static void says(String why, QnnEngine engine) throws Exception {
    assertFalse(engine.npu());
    List<String> npu = Collections.singletonList(Status.NPU);
    Offer offer = Offer.of("unet", 1, 64, 64, npu);
    Model model = Model.of("a", "a", Model.Form.NPU, 1, Collections.singletonList(offer));
    BridgeFault fault =
        assertThrows(
            BridgeFault.class, () -> engine.open(model, offer, Status.NPU, (done, of) -> {}, new Cancellation()));
    assertEquals(BridgeFault.Code.BACKEND_UNAVAILABLE, fault.code);
    assertEquals(why, fault.got);
  }

  @Test
  public void anotherMakersChipHasNone() throws Exception {
    says("no-npu", engine(new NamedChip(null)));
    says("no-npu", engine(new NamedChip("MT6989")));
  }

  @Test
  public void aLibraryThatIsBuiltInAndDoesNotLoadIsToldAsThat() throws Exception {
    says("not-loaded", engine(new NamedChip("SM8550")));
  }

  /** As after a crash of the driver; the person says to try again. */
  @Test
  public void whatAnEarlierProcessDiedOfIsToldAndTriedAgain() throws Exception {
    CrashMark.at(temporary.getRoot().toPath().resolve("mark"), "1").set("unet");
    QnnEngine engine = engine(new NamedChip("SM8550"));
    says("crashed-before", engine);
    assertEquals("crashed-before", engine.status().why(Status.NPU));
    engine.tryAgain();
    assertTrue(known.await(20, TimeUnit.SECONDS));
    says("not-loaded", engine);
    assertEquals("not-loaded", engine.status().why(Status.NPU));
  }

  /** As the app names it, by text. */
  @Test
  public void whoOnlyKnowsItsNameCanMakeIt() throws Exception {
    Class<?>[] types = {String.class, Device.class, Shelf.class, NpuSetup.class};
    assertEquals(QnnEngine.class, Class.forName("pocketdiffusion.qnn.QnnEngine").getMethod("over", types).getReturnType());
  }

  private static int indexOf(byte[] bytes, byte[] some) {
    for (int i = 0; i + some.length <= bytes.length; i++) {
      if (Arrays.equals(some, Arrays.copyOfRange(bytes, i, i + some.length))) return i;
    }
    throw new IllegalStateException("not there");
  }

  private static Map<String, Tensor> runOnTheProcessor(Map<String, String> runSettings) throws Exception {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (SessionOptions options = new SessionOptions()) {
      OrtSession session = environment.createSession(Base64.getDecoder().decode(QnnProbe.GRAPH), options);
      OrtNetwork network = OrtNetwork.of(environment, Collections.singletonList(session), runSettings);
      try {
        Port x = network.inputs().get(0);
        Tensor given = Tensor.of(x.dtype, x.shape(), ByteBuffer.allocateDirect(4 * 8 * 16).order(ByteOrder.nativeOrder()));
        return network.run(Collections.singletonMap(x.name, given), new Cancellation());
      } finally {
        network.close();
      }
    }
  }

  /** The session asks for nothing that outlives a run; one that ends asks for the least. What is asked reaches ONNX Runtime. */
  @Test
  public void theNpuIsFastWhileItRunsAndNotWhileItWaits() throws Exception {
    assertEquals("burst", QnnSessions.RUN_SETTINGS.get("qnn.htp_perf_mode"));
    assertEquals("low_power_saver", QnnSessions.RUN_SETTINGS.get("qnn.htp_perf_mode_post_run"));
    for (String name : new String[] {"SM8550", "SM9999"}) {
      assertFalse(name, NpuChip.of(name).settings().containsKey("htp_performance_mode"));
    }
    assertEquals(1, runOnTheProcessor(QnnSessions.RUN_SETTINGS).size());
    Map<String, String> wrong = Collections.singletonMap("memory.enable_memory_arena_shrinkage", "no such device");
    assertThrows(BridgeFault.class, () -> runOnTheProcessor(wrong));
  }

  /** The graph is sound, and what it computes is what is expected of an NPU. */
  @Test
  public void theProbePassesOnTheProcessor() throws Exception {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (SessionOptions options = new SessionOptions()) {
      assertTrue(QnnProbe.passes(environment, options));
      byte[] graph = Base64.getDecoder().decode(QnnProbe.GRAPH);
      assertTrue(QnnProbe.passes(environment, options, graph));
      assertFalse(QnnProbe.passes(environment, options, Arrays.copyOf(graph, graph.length / 2)));
      // The last weight, -85 of 128.
      int weights = indexOf(graph, new byte[] {-114, -85});
      graph[weights + 1] = -86;
      assertFalse(QnnProbe.passes(environment, options, graph));
    }
  }
}
