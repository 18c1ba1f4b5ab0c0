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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pocketdiffusion.bridge.BridgeFault;
import pocketdiffusion.bridge.Cancellation;
import pocketdiffusion.bridge.Dtype;
import pocketdiffusion.bridge.Network;
import pocketdiffusion.bridge.Port;
import pocketdiffusion.bridge.Tensor;

/** A session of ONNX Runtime. Its tensors stop here. */
final class OrtNetwork implements Network {
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final List<Port> inputs;
  private final List<Port> outputs;

  private OrtNetwork(OrtEnvironment environment, OrtSession session, List<Port> inputs, List<Port> outputs) {
    this.environment = environment;
    this.session = session;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /** The session is closed with the network, or here where its ports are of no use. */
  static OrtNetwork of(OrtEnvironment environment, OrtSession session) throws OrtException, BridgeFault {
    boolean kept = false;
    try {
      List<Port> inputs = ports(session.getInputInfo());
      OrtNetwork network = new OrtNetwork(environment, session, inputs, ports(session.getOutputInfo()));
      kept = true;
      return network;
    } finally {
      if (!kept) session.close();
    }
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
    Map<String, OnnxTensor> feeds = new HashMap<>();
    try (OrtSession.RunOptions options = new OrtSession.RunOptions()) {
      for (Map.Entry<String, Tensor> entry : given.entrySet()) feeds.put(entry.getKey(), feed(entry.getValue()));
      cancellation.onCancel(() -> stop(options));
      try (OrtSession.Result result = session.run(feeds, options)) {
        return fetched(result);
      } finally {
        cancellation.onCancel(null);
      }
    } catch (OrtException thrown) {
      cancellation.check();
      throw OrtFaults.of("run", thrown);
    } finally {
      for (OnnxTensor feed : feeds.values()) feed.close();
    }
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

  private Map<String, Tensor> fetched(OrtSession.Result result) {
    Map<String, Tensor> fetched = new LinkedHashMap<>();
    for (Port port : outputs) {
      OnnxValue value = result.get(port.name).get();
      fetched.put(port.name, Tensor.of(port.dtype, port.shape(), ((OnnxTensor) value).getByteBuffer()));
    }
    return fetched;
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException thrown) {
      // It is gone either way.
    }
  }
}
