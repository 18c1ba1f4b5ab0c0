package pocketdiffusion.bridge;

import java.util.ArrayList;
import java.util.List;

/** The engine of a build that has no library to compute with: it tells so, and what it has. */
public final class BareEngine implements Engine {
  private final String name;
  private final Device device;
  private final Shelf shelf;

  private BareEngine(String name, Device device, Shelf shelf) {
    this.name = name;
    this.device = device;
    this.shelf = shelf;
  }

  /** {@code name} tells people which host it is. */
  public static BareEngine over(String name, Device device, Shelf shelf) {
    return new BareEngine(name, device, shelf);
  }

  @Override
  public Status status() {
    List<Model> models = new ArrayList<>();
    for (ModelFolder folder : shelf.folders()) models.add(folder.model);
    return Status.of(name, device.soc(), device.thermal(), models)
        .memory(device.totalBytes(), device.availableBytes());
  }

  @Override
  public String thermal() {
    return device.thermal();
  }

  @Override
  public String describe(Model model) throws BridgeFault {
    return ModelFolder.of(shelf, model).manifest();
  }

  @Override
  public Tensor embed(Model model, Tensor ids) throws BridgeFault {
    return ModelFolder.of(shelf, model).embed(ids);
  }

  @Override
  public Network open(Model model, Offer offer, String backend, Progress progress, Cancellation cancellation)
      throws BridgeFault {
    throw BridgeFault.of(BridgeFault.Code.BACKEND_UNAVAILABLE, backend, "a backend that is available", "not-built-in");
  }
}
