package pocketdiffusion.qnn;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import pocketdiffusion.bridge.BridgeFault;
import pocketdiffusion.bridge.Cancellation;
import pocketdiffusion.bridge.CrashMark;
import pocketdiffusion.bridge.Device;
import pocketdiffusion.bridge.Engine;
import pocketdiffusion.bridge.Model;
import pocketdiffusion.bridge.ModelFolder;
import pocketdiffusion.bridge.Network;
import pocketdiffusion.bridge.NpuSetup;
import pocketdiffusion.bridge.NpuTrial;
import pocketdiffusion.bridge.Offer;
import pocketdiffusion.bridge.Progress;
import pocketdiffusion.bridge.Shelf;
import pocketdiffusion.bridge.Status;
import pocketdiffusion.bridge.Tensor;
import pocketdiffusion.ort.OrtEngine;
import pocketdiffusion.ort.OrtFaults;
import pocketdiffusion.ort.OrtNetwork;

/** The NPU where there is one that computes, beside ONNX Runtime on the CPU. */
public final class QnnEngine implements Engine, NpuTrial {
  /** Who opens a network while the NPU is tried waits for that long: on the host's own thread. */
  private static final long WAIT_MILLISECONDS = 3_000;

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtEngine cpu;
  private final Shelf shelf;
  private final Device device;
  private final CrashMark mark;
  private final Callable<QnnSessions> provider;
  /** Once they were found. */
  private volatile QnnSessions sessions;
  /** Null where there is no NPU to search for. */
  private final NpuSearch search;

  private QnnEngine(OrtEngine cpu, Device device, Shelf shelf, NpuSetup setup, Callable<QnnSessions> provider) {
    this.cpu = cpu;
    this.device = device;
    this.shelf = shelf;
    this.mark = setup.mark;
    this.provider = provider;
    this.search = provider == null ? null : NpuSearch.begin(this::lookFor, mark, setup.onKnown);
  }

  /** The NPU is tried in the background; until that is done the status says {@code probing}. */
  public static QnnEngine over(String name, Device device, Shelf shelf, NpuSetup setup) {
    NpuChip chip = NpuChip.of(device.soc());
    OrtEngine cpu = OrtEngine.over(name, device, shelf);
    return new QnnEngine(cpu, device, shelf, setup, chip == null ? null : () -> sessions(chip, setup));
  }

  private static QnnSessions sessions(NpuChip chip, NpuSetup setup) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    QnnRuntime runtime = QnnRuntime.of(environment, setup.plugin, setup.backend, setup.version);
    return QnnSessions.of(environment, runtime, chip, ContextCache.in(setup.cache));
  }

  private String lookFor() {
    QnnSessions found;
    try {
      found = provider.call();
    } catch (Exception | LinkageError thrown) {
      return NpuSearch.NOT_LOADED;
    }
    Set<String> models = new HashSet<>();
    for (ModelFolder folder : shelf.folders()) models.add(folder.model.hash);
    found.keepOnly(models);
    sessions = found;
    return found.probe() ? "" : NpuSearch.FAILED;
  }

  @Override
  public void tryAgain() {
    if (search != null) search.again();
  }

  @Override
  public Status status() {
    String why = search == null ? "no-npu" : search.why();
    Status status = cpu.status();
    if (why.isEmpty()) return status.with(Status.NPU, 0);
    String diedIn = mark.diedIn();
    status.without(Status.NPU, why);
    return why.equals(NpuSearch.CRASHED) && diedIn != null ? status.during(Status.NPU, diedIn) : status;
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
    String why = search == null ? "no-npu" : search.why(WAIT_MILLISECONDS);
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
        Path shipped = folder.context(offer, i, sessions.chip(), sessions.version(), progress, cancellation);
        mark.set(offer.stage);
        opened.add(sessions.open(graphs.get(i), model.hash, name, shipped, cancellation));
      }
      OrtNetwork network = OrtNetwork.of(environment, opened, QnnSessions.RUN_SETTINGS);
      opened = new ArrayList<>();
      return network;
    } catch (OrtException thrown) {
      throw OrtFaults.of(offer.stage, thrown);
    } catch (IOException thrown) {
      throw BridgeFault.of(BridgeFault.Code.INTERNAL, offer.stage, "room for what is compiled", thrown.getClass().getSimpleName());
    } finally {
      mark.clear();
      // Of a network that did not come about.
      OrtNetwork.close(opened);
    }
  }

  /** Whether the NPU computes, once that is known. */
  boolean npu() {
    return search != null && search.why(NpuSearch.LIMIT_MILLISECONDS).isEmpty();
  }

  /** How many graphs were compiled by this process: the others came compiled, or were compiled before. */
  int compiled() {
    return sessions.compiled;
  }
}
