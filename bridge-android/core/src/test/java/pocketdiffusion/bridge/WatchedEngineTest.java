package pocketdiffusion.bridge;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.Test;

/** Somebody hears of the work of an engine, and it computes as before. */
public final class WatchedEngineTest {
  private final ToyEngine toy = new ToyEngine();
  private final List<String> heard = new ArrayList<>();
  private final Engine engine =
      WatchedEngine.of(
          toy,
          new WatchedEngine.Watcher() {
            @Override
            public void began() {
              heard.add("began");
            }

            @Override
            public void ended() {
              heard.add("ended");
            }
          });

  private Network opened() throws BridgeFault {
    Model model = engine.status().models.get(0);
    return engine.open(model, model.offers.get(0), Status.NATIVE_CPU, (done, of) -> {}, new Cancellation());
  }

  private static Map<String, Tensor> inputs() {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("sample", Tensor.floats(new long[] {1, 2}, 1, 2));
    inputs.put("timestep", Tensor.floats(new long[] {1}, 3));
    inputs.put("encoder_hidden_states", Tensor.floats(new long[] {1, 3}, 4, 5, 6));
    return inputs;
  }

  @Test
  public void openingAndRunningAreHeardOf() throws Exception {
    Network network = opened();
    assertEquals(Arrays.asList("began", "ended"), heard);
    assertEquals(19, network.run(inputs(), new Cancellation()).get("noise").floats()[0], 0);
    assertEquals(Arrays.asList("began", "ended", "began", "ended"), heard);
    assertEquals(3, network.inputs().size());
    assertEquals(1, network.outputs().size());
    network.close();
    assertEquals(0, toy.open);
  }

  @Test
  public void anEndIsHeardOfHoweverItCame() throws Exception {
    Network network = opened();
    heard.clear();
    toy.broken = new IllegalStateException();
    assertThrows(IllegalStateException.class, () -> network.run(inputs(), new Cancellation()));
    toy.error = new OutOfMemoryError();
    assertThrows(OutOfMemoryError.class, () -> network.run(inputs(), new Cancellation()));
    assertEquals(Arrays.asList("began", "ended", "began", "ended"), heard);
  }

  @Test
  public void whatIsNoWorkIsNotHeardOf() throws Exception {
    engine.describe(engine.status().models.get(0));
    engine.thermal();
    engine.embed(engine.status().models.get(1), Tensor.of(Dtype.I32, new long[] {0}, ByteBuffer.allocate(0)));
    assertEquals(Collections.emptyList(), heard);
  }
}
