package pocketdiffusion.qnn;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
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
import pocketdiffusion.ort.OrtEngine;
import pocketdiffusion.ort.OrtFaults;
import pocketdiffusion.ort.OrtNetwork;

/** The NPU where there is one that computes, beside ONNX Runtime on the CPU. */
public final class QnnEngine implements Engine {
  private static final List<String> HOT = Arrays.asList("critical", "emergency", "shutdown");

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtEngine cpu;
  private final Device device;
  private final Shelf shelf;
  private final Callable<QnnSessions> provider;
  /** Once they were found. */
  private volatile QnnSessions sessions;
  /** A word of the protocol, empty where the NPU computes. */
  private final FutureTask<String> found;

  private QnnEngine(OrtEngine cpu, Device device, Shelf shelf, Callable<QnnSessions> provider) {
    this.cpu = cpu;
    this.device = device;
    this.shelf = shelf;
    this.provider = provider;
    this.found = new FutureTask<>(this::lookFor);
  }

  /**
   * {@code plugin}, {@code backend}, {@code version}: as {@code QnnRuntime} has them. {@code cache}: a folder of the engine's own
   * for what it compiles. The NPU is tried in the background; who asks for the status before that is done waits for it.
   */
  public static QnnEngine over(
      String name, Device device, Shelf shelf, Path cache, String plugin, String backend, String version) {
    OrtEngine cpu = OrtEngine.over(name, device, shelf);
    NpuChip chip = NpuChip.of(device.soc());
    Callable<QnnSessions> provider = chip == null ? null : () -> sessions(chip, cache, plugin, backend, version);
    QnnEngine engine = new QnnEngine(cpu, device, shelf, provider);
    Thread looking = new Thread(engine.found, "npu");
    looking.setDaemon(true);
    looking.start();
    return engine;
  }

  private static QnnSessions sessions(NpuChip chip, Path cache, String plugin, String backend, String version)
      throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    QnnRuntime runtime = QnnRuntime.of(environment, plugin, backend, version);
    return QnnSessions.of(environment, runtime, chip, ContextCache.in(cache));
  }

  private String lookFor() throws Exception {
    if (provider == null) return "no-npu";
    try {
      sessions = provider.call();
    } catch (OrtException | LinkageError thrown) {
      return "not-built-in";
    }
    Set<String> models = new HashSet<>();
    for (ModelFolder folder : shelf.folders()) models.add(folder.model.hash);
    sessions.keepOnly(models);
    return sessions.probe() ? "" : "probe-failed";
  }

  private String why() {
    if (HOT.contains(device.thermal())) return "too-hot";
    try {
      return found.get();
    } catch (InterruptedException | ExecutionException thrown) {
      return "probe-failed";
    }
  }

  @Override
  public Status status() {
    String why = why();
    return why.isEmpty() ? cpu.status().with(Status.NPU, 0) : cpu.status().without(Status.NPU, why);
  }

  @Override
  public String thermal() {
    return device.thermal();
  }

  @Override
  public String describe(Model model) throws BridgeFault {
    return cpu.describe(model);
  }

  @Override
  public Tensor embed(Model model, Tensor ids) throws BridgeFault {
    return cpu.embed(model, ids);
  }

  @Override
  public Network open(Model model, Offer offer, String backend, Progress progress, Cancellation cancellation)
      throws BridgeFault {
    if (!backend.equals(Status.NPU)) return cpu.open(model, offer, backend, progress, cancellation);
    // Also so that the cache is tidied before anything is compiled into it.
    String why = why();
    if (!why.isEmpty()) {
      throw BridgeFault.of(BridgeFault.Code.BACKEND_UNAVAILABLE, backend, "a backend that is available", why);
    }
    ModelFolder folder = ModelFolder.of(shelf, model);
    List<Path> graphs = folder.graphs(offer, progress, cancellation);
    List<OrtSession> opened = new ArrayList<>();
    try {
      for (int i = 0; i < graphs.size(); i++) {
        cancellation.check();
        String name = offer.stage + "-" + offer.width + "x" + offer.height + "-" + i;
        Path shipped = folder.context(offer, i, sessions.chip());
        opened.add(sessions.open(graphs.get(i), model.hash, name, shipped, cancellation));
      }
      OrtNetwork network = OrtNetwork.of(environment, opened);
      opened = new ArrayList<>();
      return network;
    } catch (OrtException thrown) {
      throw OrtFaults.of(offer.stage, thrown);
    } catch (IOException thrown) {
      throw BridgeFault.of(BridgeFault.Code.INTERNAL, offer.stage, "room for what is compiled", thrown.getClass().getSimpleName());
    } finally {
      // Of a network that did not come about.
      OrtNetwork.close(opened);
    }
  }

  /** Whether the NPU computes now. */
  boolean npu() {
    return why().isEmpty();
  }

  /** How many graphs were compiled by this process: the others came compiled, or were compiled before. */
  int compiled() {
    return sessions.compiled;
  }
}
