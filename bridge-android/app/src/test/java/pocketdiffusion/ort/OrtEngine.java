package pocketdiffusion.ort;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import pocketdiffusion.bridge.BridgeFault;
import pocketdiffusion.bridge.Cancellation;
import pocketdiffusion.bridge.Device;
import pocketdiffusion.bridge.Engine;
import pocketdiffusion.bridge.Model;
import pocketdiffusion.bridge.Network;
import pocketdiffusion.bridge.Offer;
import pocketdiffusion.bridge.Port;
import pocketdiffusion.bridge.Progress;
import pocketdiffusion.bridge.Shelf;
import pocketdiffusion.bridge.Status;
import pocketdiffusion.bridge.Tensor;

/** In the place of the module {@code ort}, which tests of the app do without: has one network, which runs until it is canceled. */
public final class OrtEngine implements Engine {
  public static final String MODEL = new String(new char[64]).replace('\0', 'a');

  /** Of networks. */
  public final AtomicInteger open = new AtomicInteger();

  /** Whether its network does not wait for a cancel. */
  public volatile boolean atOnce = false;

  private final String name;
  private final Device device;

  private OrtEngine(String name, Device device) {
    this.name = name;
    this.device = device;
  }

  public static OrtEngine over(String name, Device device, Shelf shelf) {
    return new OrtEngine(name, device);
  }

  @Override
  public Status status() {
    List<String> cpu = Collections.singletonList(Status.NATIVE_CPU);
    List<Offer> offers = Collections.singletonList(Offer.of("unet", 1, 64, 64, cpu).weighing(1));
    List<Model> models = Collections.singletonList(Model.of(MODEL, "toy", Model.Form.ONNX, 1, offers));
    return Status.of(name, device.soc(), device.thermal(), models)
        .memory(device.totalBytes(), device.availableBytes())
        .with(Status.NATIVE_CPU, 1);
  }

  @Override
  public String thermal() {
    return device.thermal();
  }

  @Override
  public String describe(Model model) {
    return "{}";
  }

  @Override
  public Tensor embed(Model model, Tensor ids) throws BridgeFault {
    throw BridgeFault.badArgument("model", "one with a token table", model.name);
  }

  @Override
  public Network open(Model model, Offer offer, String backend, Progress progress, Cancellation cancellation) {
    open.incrementAndGet();
    return new Endless();
  }

  private final class Endless implements Network {
    @Override
    public List<Port> inputs() {
      return Collections.emptyList();
    }

    @Override
    public List<Port> outputs() {
      return Collections.emptyList();
    }

    @Override
    public Map<String, Tensor> run(Map<String, Tensor> inputs, Cancellation cancellation) throws BridgeFault {
      if (atOnce) return Collections.emptyMap();
      CountDownLatch canceled = new CountDownLatch(1);
      cancellation.onCancel(canceled::countDown);
      try {
        canceled.await();
      } catch (InterruptedException thrown) {
        throw new IllegalStateException(thrown);
      }
      cancellation.check();
      return Collections.emptyMap();
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }
}
