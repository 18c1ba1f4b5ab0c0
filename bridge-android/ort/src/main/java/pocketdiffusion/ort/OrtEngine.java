package pocketdiffusion.ort;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import pocketdiffusion.bridge.BareEngine;
import pocketdiffusion.bridge.BridgeFault;
import pocketdiffusion.bridge.Cancellation;
import pocketdiffusion.bridge.Device;
import pocketdiffusion.bridge.Engine;
import pocketdiffusion.bridge.Model;
import pocketdiffusion.bridge.ModelFolder;
import pocketdiffusion.bridge.Network;
import pocketdiffusion.bridge.Offer;
import pocketdiffusion.bridge.Progress;
import pocketdiffusion.bridge.Shelf;
import pocketdiffusion.bridge.Status;
import pocketdiffusion.bridge.Tensor;

/** ONNX Runtime on all cores of the CPU, over folders of models. */
public final class OrtEngine implements Engine {
  /** What is there, and that it can be read, is the same for every engine. */
  private final BareEngine bare;
  private final Device device;
  private final Shelf shelf;
  private final int threads = Runtime.getRuntime().availableProcessors();
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);

  private OrtEngine(BareEngine bare, Device device, Shelf shelf) {
    this.bare = bare;
    this.device = device;
    this.shelf = shelf;
  }

  /** {@code name} tells people which host it is. Loads the library. */
  public static OrtEngine over(String name, Device device, Shelf shelf) {
    return new OrtEngine(BareEngine.over(name, device, shelf), device, shelf);
  }

  @Override
  public Status status() {
    return bare
        .status()
        // Of a chip without a name nobody knows an NPU; one with a name may have one, for which nothing is here.
        .without(Status.NPU, device.soc() == null ? "no-npu" : "not-built-in")
        .with(Status.NATIVE_CPU, threads);
  }

  @Override
  public String thermal() {
    return device.thermal();
  }

  @Override
  public String describe(Model model) throws BridgeFault {
    return bare.describe(model);
  }

  @Override
  public Tensor embed(Model model, Tensor ids) throws BridgeFault {
    return bare.embed(model, ids);
  }

  @Override
  public Network open(Model model, Offer offer, String backend, Progress progress, Cancellation cancellation)
      throws BridgeFault {
    List<Path> graphs = ModelFolder.of(shelf, model).graphs(offer, progress, cancellation);
    List<OrtSession> sessions = new ArrayList<>();
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      for (Path graph : graphs) {
        cancellation.check();
        sessions.add(environment.createSession(graph.toString(), options));
      }
      OrtNetwork network = OrtNetwork.of(environment, sessions);
      sessions = new ArrayList<>();
      return network;
    } catch (OrtException thrown) {
      throw OrtFaults.of(offer.stage, thrown);
    } finally {
      // Of a network that did not come about.
      OrtNetwork.close(sessions);
    }
  }
}
