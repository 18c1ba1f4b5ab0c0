package pocketdiffusion.host;

import java.util.Collections;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import pocketdiffusion.bridge.BridgeFault;
import pocketdiffusion.bridge.Cancellation;
import pocketdiffusion.bridge.Engine;
import pocketdiffusion.bridge.Model;
import pocketdiffusion.bridge.Network;
import pocketdiffusion.bridge.Offer;
import pocketdiffusion.bridge.Progress;
import pocketdiffusion.bridge.Status;
import pocketdiffusion.bridge.Tensor;

/** An engine that takes until it is canceled to open its one network. */
final class Waiting implements Engine {
  static final String MODEL = String.join("", Collections.nCopies(64, "a"));

  final Semaphore begun = new Semaphore(0);
  final Semaphore canceled = new Semaphore(0);

  @Override
  public Status status() {
    Offer offer = Offer.of(Offer.TEXT_ENCODER, 1, 0, 0, Collections.singleton("native-cpu"));
    Model model = Model.of(MODEL, "toy", Model.Form.ONNX, 1, Collections.singletonList(offer));
    return Status.of("toy", null, "none", Collections.singletonList(model)).with("native-cpu", 1);
  }

  @Override
  public String thermal() {
    return "none";
  }

  @Override
  public String describe(Model model) {
    return "{}";
  }

  @Override
  public Tensor embed(Model model, Tensor ids) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Network open(Model model, Offer offer, String backend, Progress progress, Cancellation cancellation)
      throws BridgeFault {
    Semaphore stop = new Semaphore(0);
    cancellation.onCancel(stop::release);
    begun.release();
    try {
      if (stop.tryAcquire(60, TimeUnit.SECONDS)) canceled.release();
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
    cancellation.check();
    throw new IllegalStateException("nobody canceled");
  }
}
