package pocketdiffusion.bridge;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A page that says what a test has it say, and hears what the host answers. */
final class Page implements Outlet {
  private static final Frame CLOSED =
      Frame.of(Collections.singletonMap("type", "closed"), Collections.<String, Tensor>emptyMap());

  private final BlockingQueue<Frame> heard = new LinkedBlockingQueue<>();
  private final Host host;
  final Connection connection;

  private Page(Host host) {
    this.host = host;
    this.connection = host.connect(this);
  }

  static Page at(Host host) {
    return new Page(host);
  }

  /** A page that has greeted. */
  static Page greetedBy(Host host) throws Exception {
    Page page = at(host);
    page.ask(1, "hello", "protocols", "1");
    page.hear();
    return page;
  }

  @Override
  public void send(ByteBuffer frame) {
    try {
      heard.add(Frame.decode(frame));
    } catch (BridgeFault fault) {
      throw new AssertionError(fault);
    }
  }

  @Override
  public void close() {
    heard.add(CLOSED);
  }

  void ask(long call, String type, String... keys) throws BridgeFault {
    ask(call, type, Collections.<String, Tensor>emptyMap(), keys);
  }

  void ask(long call, String type, Map<String, Tensor> tensors, String... keys) throws BridgeFault {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("type", type);
    metadata.put("protocol", "1");
    metadata.put("call", Long.toString(call));
    for (int i = 0; i < keys.length; i += 2) metadata.put(keys[i], keys[i + 1]);
    connection.receive(Frame.of(metadata, tensors).encode());
  }

  void open(long call, String session) throws BridgeFault {
    ask(call, "open", "session", session, "model", ToyEngine.DRAWS, "stage", "unet", "backend", "native-cpu",
        "batch", "1", "width", "16", "height", "16");
  }

  void run(long call, String session) throws BridgeFault {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("sample", Tensor.floats(new long[] {1, 2}, 1, 2));
    inputs.put("timestep", Tensor.floats(new long[] {1}, 10));
    inputs.put("encoder_hidden_states", Tensor.floats(new long[] {1, 3}, 100, 200, 300));
    ask(call, "run", inputs, "session", session);
  }

  /** The next frame that is no progress. */
  Frame hear() throws InterruptedException {
    for (; ; ) {
      Frame frame = hearAny();
      if (!"progress".equals(frame.metadata.get("type"))) return frame;
    }
  }

  Frame hearAny() throws InterruptedException {
    Frame frame = heard.poll(10, TimeUnit.SECONDS);
    if (frame == null) throw new AssertionError("nothing was heard");
    return frame;
  }

  /** {@code count} frames but progress, in the order of their calls: hosts need not answer in that of the questions. */
  List<Frame> hear(int count) throws InterruptedException {
    List<Frame> frames = new ArrayList<>();
    while (frames.size() < count) frames.add(hear());
    frames.sort((a, b) -> Long.compare(callOf(a), callOf(b)));
    return frames;
  }

  /** What has come and was not heard, once the worker is idle. */
  List<Frame> rest() throws InterruptedException {
    CountDownLatch idle = new CountDownLatch(1);
    host.inTurn(idle::countDown);
    idle.await();
    List<Frame> rest = new ArrayList<>();
    heard.drainTo(rest);
    return rest;
  }

  /** The end of the connection comes last. */
  private static long callOf(Frame frame) {
    if (frame == CLOSED) return Long.MAX_VALUE;
    String call = frame.metadata.get("call");
    return call == null ? 0 : Long.parseLong(call);
  }
}
