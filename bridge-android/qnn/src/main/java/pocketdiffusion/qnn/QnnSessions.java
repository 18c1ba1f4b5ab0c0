package pocketdiffusion.qnn;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import pocketdiffusion.bridge.BridgeFault;
import pocketdiffusion.bridge.Cancellation;

/**
 * Graphs on the NPU: from what was compiled before where that is sound and loads, else compiled now and kept.
 *
 * <p>Invariant: every node of a session runs on the NPU; a graph of which one would not is refused.
 */
final class QnnSessions {
  /**
   * Of each run, not of the session: networks stay open for minutes after a drawing, and what a session asks of the NPU's clocks it
   * asks for as long as it lives. {@code default} after a run would leave the burst as it is (ONNX Runtime 1.29,
   * onnxruntime_run_options_config_keys.h, and OnRunEnd of its QNN provider).
   */
  static final Map<String, String> RUN_SETTINGS = runSettings();

  private final OrtEnvironment environment;
  private final QnnRuntime runtime;
  private final NpuChip chip;
  private final ContextCache cache;
  /** How many graphs were compiled by this process. */
  int compiled = 0;

  private QnnSessions(OrtEnvironment environment, QnnRuntime runtime, NpuChip chip, ContextCache cache) {
    this.environment = environment;
    this.runtime = runtime;
    this.chip = chip;
    this.cache = cache;
  }

  static QnnSessions of(OrtEnvironment environment, QnnRuntime runtime, NpuChip chip, ContextCache cache) {
    return new QnnSessions(environment, runtime, chip, cache);
  }

  private static Map<String, String> runSettings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("qnn.htp_perf_mode", "burst");
    settings.put("qnn.htp_perf_mode_post_run", "low_power_saver");
    return Collections.unmodifiableMap(settings);
  }

  String chip() {
    return chip.name;
  }

  /** Of Qualcomm's libraries, without the name that the package gives it. */
  String version() {
    return runtime.version.replaceFirst("^QAIRT-", "");
  }

  boolean probe() {
    try (SessionOptions options = options()) {
      return QnnProbe.passes(environment, options);
    } catch (OrtException thrown) {
      return false;
    }
  }

  /** Forgets what was compiled of other models. */
  void keepOnly(Set<String> models) {
    cache.keepOnly(models);
  }

  /**
   * {@code model} is the hash that names the model, {@code name} its graph's. {@code shipped}: compiled by whoever made the model;
   * null where it was not.
   */
  OrtSession open(Path graph, String model, String name, Path shipped, Cancellation cancellation)
      throws OrtException, IOException, BridgeFault {
    OrtSession session = shipped == null ? null : loaded(shipped);
    if (session != null) return session;
    String made = chip.name + "-" + runtime.version;
    Path known = cache.find(model, name, made);
    session = known == null ? null : loaded(known);
    if (session != null) return session;
    cache.forget(model, name, made);
    cancellation.check();
    Path fresh = compile(graph, model, name, made);
    try (SessionOptions options = options()) {
      return environment.createSession(fresh.toString(), options);
    }
  }

  /** Null where it does not load: it is of another version, or damaged in a way that its hash does not tell. */
  private OrtSession loaded(Path context) {
    try (SessionOptions options = options()) {
      return environment.createSession(context.toString(), options);
    } catch (OrtException stale) {
      return null;
    }
  }

  /** What compiling took of memory is given back before the compiled graph is loaded. */
  private Path compile(Path graph, String model, String name, String made) throws OrtException, IOException {
    Path arrival = cache.arrival(model, name);
    try (SessionOptions options = options()) {
      options.addConfigEntry("ep.context_enable", "1");
      options.addConfigEntry("ep.context_embed_mode", "0");
      options.addConfigEntry("ep.context_file_path", arrival.resolve(ContextCache.CONTEXT).toString());
      environment.createSession(graph.toString(), options).close();
      compiled++;
      return cache.accept(arrival, model, name, made);
    } finally {
      cache.remove(arrival);
    }
  }

  private SessionOptions options() throws OrtException {
    SessionOptions options = new SessionOptions();
    try {
      options.addConfigEntry("session.disable_cpu_ep_fallback", "1");
      runtime.addTo(options, chip.settings());
      return options;
    } catch (OrtException | RuntimeException thrown) {
      options.close();
      throw thrown;
    }
  }
}
