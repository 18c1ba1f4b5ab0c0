package pocketdiffusion.bridge;

import java.util.List;
import java.util.Map;

/** An engine whose work is told to somebody who keeps the device awake meanwhile. */
public final class WatchedEngine extends EngineOver {
  /** Hears of opening and of running, on the thread that does it. */
  public interface Watcher {
    /** Throws where it may not begin. */
    void began() throws BridgeFault;

    /** However it ended; once for each {@code began} that threw nothing. */
    void ended();
  }

  private final Watcher watcher;

  private WatchedEngine(Engine engine, Watcher watcher) {
    super(engine);
    this.watcher = watcher;
  }

  public static WatchedEngine of(Engine engine, Watcher watcher) {
    return new WatchedEngine(engine, watcher);
  }

  @Override
  public Network open(Model model, Offer offer, String backend, Progress progress, Cancellation cancellation)
      throws BridgeFault {
    watcher.began();
    try {
      return new WatchedNetwork(engine.open(model, offer, backend, progress, cancellation));
    } finally {
      watcher.ended();
    }
  }

  private final class WatchedNetwork implements Network {
    private final Network network;

    WatchedNetwork(Network network) {
      this.network = network;
    }

    @Override
    public List<Port> inputs() {
      return network.inputs();
    }

    @Override
    public List<Port> outputs() {
      return network.outputs();
    }

    @Override
    public Map<String, Tensor> run(Map<String, Tensor> inputs, Cancellation cancellation) throws BridgeFault {
      watcher.began();
      try {
        return network.run(inputs, cancellation);
      } finally {
        watcher.ended();
      }
    }

    @Override
    public void close() {
      network.close();
    }
  }
}
