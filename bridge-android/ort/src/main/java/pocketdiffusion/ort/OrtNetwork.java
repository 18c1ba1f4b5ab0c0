package pocketdiffusion.ort;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pocketdiffusion.bridge.BridgeFault;
import pocketdiffusion.bridge.Cancellation;
import pocketdiffusion.bridge.Dtype;
import pocketdiffusion.bridge.Network;
import pocketdiffusion.bridge.Port;
import pocketdiffusion.bridge.Tensor;

/**
 * Sessions of ONNX Runtime, run one after another: each takes what the page gave and what those before it made. ORT's tensors
 * stop here.
 *
 * <p>Invariant: the outputs are those of the last session.
 */
public final class OrtNetwork implements Network {
  private final OrtEnvironment environment;
  private final List<OrtSession> sessions;
  private final Map<String, String> runSettings;
  private final List<Port> inputs;
  private final List<Port> outputs;

  private OrtNetwork(
      OrtEnvironment environment,
      List<OrtSession> sessions,
      Map<String, String> runSettings,
      List<Port> inputs,
      List<Port> outputs) {
    this.environment = environment;
    this.sessions = sessions;
    this.runSettings = runSettings;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /** At least one session; they are closed with the network. */
  public static OrtNetwork of(OrtEnvironment environment, List<OrtSession> sessions) throws OrtException, BridgeFault {
    return of(environment, sessions, Collections.emptyMap());
  }

  /** {@code runSettings}: what every run is told, by the names that ONNX Runtime has for it. */
  public static OrtNetwork of(OrtEnvironment environment, List<OrtSession> sessions, Map<String, String> runSettings)
      throws OrtException, BridgeFault {
    Map<String, Port> inputs = new LinkedHashMap<>();
    Set<String> made = new HashSet<>();
    List<Port> outputs = Collections.emptyList();
    for (OrtSession session : sessions) {
      for (Port port : ports(session.getInputInfo())) {
        if (!made.contains(port.name)) inputs.put(port.name, port);
      }
      outputs = ports(session.getOutputInfo());
      for (Port port : outputs) made.add(port.name);
    }
    return new OrtNetwork(environment, sessions, runSettings, new ArrayList<>(inputs.values()), outputs);
  }

  private static List<Port> ports(Map<String, NodeInfo> infos) throws BridgeFault {
    List<Port> ports = new ArrayList<>();
    for (NodeInfo info : infos.values()) {
      TensorInfo tensor = info.getInfo() instanceof TensorInfo ? (TensorInfo) info.getInfo() : null;
      Dtype dtype = tensor == null ? null : dtypeOf(tensor.type);
      if (dtype == null) throw unusable(info.getName(), "float32 or int32", info.getInfo());
      for (long size : tensor.getShape()) {
        if (size < 0) throw unusable(info.getName(), "a static shape", size);
      }
      ports.add(Port.of(info.getName(), dtype, tensor.getShape()));
    }
    return ports;
  }

  private static Dtype dtypeOf(OnnxJavaType type) {
    if (type == OnnxJavaType.FLOAT) return Dtype.F32;
    return type == OnnxJavaType.INT32 ? Dtype.I32 : null;
  }

  private static BridgeFault unusable(String name, String expected, Object got) {
    return BridgeFault.of(BridgeFault.Code.BAD_MODEL, name, expected, got);
  }

  @Override
  public List<Port> inputs() {
    return inputs;
  }

  @Override
  public List<Port> outputs() {
    return outputs;
  }

  @Override
  public Map<String, Tensor> run(Map<String, Tensor> given, Cancellation cancellation) throws BridgeFault {
    Map<String, OnnxTensor> values = new HashMap<>();
    List<OrtSession.Result> results = new ArrayList<>();
    List<OnnxTensor> feeds = new ArrayList<>();
    try (OrtSession.RunOptions options = new OrtSession.RunOptions()) {
      for (Map.Entry<String, String> each : runSettings.entrySet()) {
        options.addRunConfigEntry(each.getKey(), each.getValue());
      }
      for (Map.Entry<String, Tensor> entry : given.entrySet()) {
        OnnxTensor feed = feed(entry.getValue());
        feeds.add(feed);
        values.put(entry.getKey(), feed);
      }
      cancellation.onCancel(() -> stop(options));
      try {
        for (OrtSession session : sessions) results.add(runOne(session, values, options));
      } finally {
        cancellation.onCancel(null);
      }
      return fetched(values);
    } catch (OrtException thrown) {
      cancellation.check();
      throw OrtFaults.of("run", thrown);
    } finally {
      for (OrtSession.Result result : results) result.close();
      for (OnnxTensor feed : feeds) feed.close();
    }
  }

  /** Adds what {@code session} makes to {@code values}. */
  private static OrtSession.Result runOne(
      OrtSession session, Map<String, OnnxTensor> values, OrtSession.RunOptions options) throws OrtException {
    Map<String, OnnxTensor> feeds = new HashMap<>();
    for (String name : session.getInputNames()) feeds.put(name, values.get(name));
    OrtSession.Result result = session.run(feeds, options);
    for (Map.Entry<String, OnnxValue> made : result) values.put(made.getKey(), (OnnxTensor) made.getValue());
    return result;
  }

  private static void stop(OrtSession.RunOptions options) {
    try {
      options.setTerminate(true);
    } catch (OrtException thrown) {
      // Then it runs to its end, and its answer is dropped.
    }
  }

  private OnnxTensor feed(Tensor tensor) throws OrtException {
    return tensor.dtype == Dtype.F32
        ? OnnxTensor.createTensor(environment, tensor.data().asFloatBuffer(), tensor.shape())
        : OnnxTensor.createTensor(environment, tensor.data().asIntBuffer(), tensor.shape());
  }

  private Map<String, Tensor> fetched(Map<String, OnnxTensor> values) {
    Map<String, Tensor> fetched = new LinkedHashMap<>();
    for (Port port : outputs) {
      fetched.put(port.name, Tensor.of(port.dtype, port.shape(), values.get(port.name).getByteBuffer()));
    }
    return fetched;
  }

  @Override
  public void close() {
    close(sessions);
  }

  /** Of a network that did not come about, or has come to its end. */
  public static void close(List<OrtSession> sessions) {
    for (OrtSession session : sessions) {
      try {
        session.close();
      } catch (OrtException thrown) {
        // It is gone either way.
      }
    }
  }
}
