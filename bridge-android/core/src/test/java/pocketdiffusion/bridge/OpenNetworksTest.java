package pocketdiffusion.bridge;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.Before;
import org.junit.Test;

/** Networks that stay open for the next picture, on a clock that the test turns; and when they do not. */
public final class OpenNetworksTest {
  private static final List<String> CPU = Collections.singletonList(Status.NATIVE_CPU);
  /** Of the toy's memory, 2 GB, a fourth may wait. */
  private static final long MOST = 500_000_000;

  private final ToyEngine toy = new ToyEngine();
  private long now = 0;
  private final OpenNetworks networks = OpenNetworks.of(toy, () -> now);
  private Model model;

  @Before
  public void model() {
    model = toy.status().models.get(0);
  }

  private static Offer offer(long width, long bytes) {
    return Offer.of("unet", 1, width, 16, CPU).weighing(bytes);
  }

  private Network open(long width, long bytes) throws BridgeFault {
    return networks.open(model, offer(width, bytes), Status.NATIVE_CPU, (done, of) -> {}, new Cancellation());
  }

  private void use(long width, long bytes) throws BridgeFault {
    open(width, bytes).close();
  }

  private static Map<String, Tensor> inputs() {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("sample", Tensor.floats(new long[] {1, 2}, 1, 2));
    inputs.put("timestep", Tensor.floats(new long[] {1}, 3));
    inputs.put("encoder_hidden_states", Tensor.floats(new long[] {1, 3}, 4, 5, 6));
    return inputs;
  }

  @Test
  public void aNetworkIsOpenedOnceForManyPictures() throws Exception {
    for (int picture = 0; picture < 3; picture++) {
      Network network = open(16, 1);
      assertEquals(19, network.run(inputs(), new Cancellation()).get("noise").floats()[0], 0);
      assertEquals(3, network.inputs().size());
      assertEquals(1, network.outputs().size());
      network.close();
    }
    assertEquals(1, toy.opened);
    assertEquals(1, toy.open);
    use(32, 1);
    networks.open(model, offer(16, 1), Status.NPU, (done, of) -> {}, new Cancellation()).close();
    assertEquals("another size, another backend", 3, toy.opened);
  }

  @Test
  public void oneThatIsInUseIsNotLentTwice() throws Exception {
    Network first = open(16, 1);
    Network second = open(16, 1);
    assertEquals(2, toy.opened);
    first.close();
    second.close();
    open(16, 1);
    open(16, 1);
    assertEquals(2, toy.opened);
    assertFalse(networks.anyWaits());
  }

  @Test
  public void theOneThatWaitedLongestGivesWay() throws Exception {
    use(1, MOST / 2);
    use(2, MOST / 2);
    use(1, MOST / 2);
    use(3, MOST / 2);
    assertEquals(2, toy.open);
    use(1, MOST / 2);
    assertEquals("1 was used after 2", 3, toy.opened);
    use(2, MOST / 2);
    assertEquals(4, toy.opened);
  }

  @Test
  public void whatIsTooLargeOrOfNoKnownSizeIsClosed() throws Exception {
    use(1, MOST + 1);
    use(2, 0);
    assertEquals(0, toy.open);
    use(3, MOST);
    assertEquals(1, toy.open);
  }

  /** The toy says that 1 GB is there. */
  @Test
  public void roomIsMadeForALargeOne() throws Exception {
    use(1, 1);
    Network large = open(2, 500_000_000);
    assertEquals("just enough room", 2, toy.open);
    large.close();
    open(3, 500_000_001);
    assertEquals(1, toy.open);
  }

  @Test
  public void whereMemoryRunsOutTheWaitingOnesGoAndItIsTriedOnceMore() throws Exception {
    use(1, 1);
    toy.failures = 1;
    use(2, 1);
    assertEquals(1, toy.open);
    toy.failures = 2;
    BridgeFault fault = assertThrows(BridgeFault.class, () -> use(3, 1));
    assertEquals(BridgeFault.Code.OUT_OF_MEMORY, fault.code);
    assertEquals(0, toy.open);
    assertEquals("none waited any more", 0, toy.failures);
    toy.failures = 1;
    assertThrows(BridgeFault.class, () -> use(3, 1));
  }

  @Test
  public void afterAWhileItIsClosed() throws Exception {
    use(1, 1);
    now = 1;
    use(2, 1);
    now = OpenNetworks.KEPT_MILLISECONDS;
    networks.closeOld();
    assertEquals(1, toy.open);
    assertTrue(networks.anyWaits());
    now++;
    networks.closeOld();
    assertEquals(0, toy.open);
    assertFalse(networks.anyWaits());
  }

  @Test
  public void ofAModelThatWasDeletedNothingWaits() throws Exception {
    use(1, 1);
    networks.closeGone();
    assertEquals(1, toy.open);
    model = Model.of("gone", "gone", Model.Form.ONNX, 1, Collections.<Offer>emptyList());
    use(1, 1);
    networks.closeGone();
    assertEquals(1, toy.open);
  }

  @Test
  public void whatBrokeIsNotLentAgainAndWhatWasCanceledIs() throws Exception {
    Network network = open(1, 1);
    toy.broken = new IllegalStateException();
    assertThrows(IllegalStateException.class, () -> network.run(inputs(), new Cancellation()));
    network.close();
    assertEquals(0, toy.open);
    toy.broken = null;
    toy.fault = BridgeFault.of(BridgeFault.Code.ABORTED, "call", "to be wanted", "a cancel");
    Network canceled = open(1, 1);
    assertThrows(BridgeFault.class, () -> canceled.run(inputs(), new Cancellation()));
    canceled.close();
    assertEquals(1, toy.open);
  }

  @Test
  public void aHostClosesThemWhenMemoryIsShortAndAtItsEnd() throws Exception {
    toy.bytes = 1;
    Host host = Host.over(toy);
    for (int i = 0; i < 2; i++) {
      Page page = Page.greetedBy(host);
      page.open(2, "1");
      page.hear();
      page.connection.ended();
      page.rest();
    }
    assertEquals(1, toy.opened);
    assertEquals(1, toy.open);
    host.modelsChanged();
    Page.at(host).rest();
    assertEquals(1, toy.open);
    host.closeIdle();
    Page.at(host).rest();
    assertEquals(0, toy.open);
    Page page = Page.greetedBy(host);
    page.open(2, "1");
    page.hear();
    host.close();
    host.awaitEnd();
    assertEquals(0, toy.open);
  }
}
