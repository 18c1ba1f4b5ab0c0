package pocketdiffusion.qnn;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtEpDevice;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Qualcomm's provider for ONNX Runtime, in whichever form it is there: a plug-in is a library that is registered, else it is
 * built into ONNX Runtime.
 */
final class QnnRuntime {
  private static final String PROVIDER = "QNNExecutionProvider";

  /** Of Qualcomm's libraries: what they compile, only they read. */
  final String version;
  private final String backend;
  /** Empty where it is built in. */
  private final List<OrtEpDevice> devices;

  private QnnRuntime(String version, String backend, List<OrtEpDevice> devices) {
    this.version = version;
    this.backend = backend;
    this.devices = devices;
  }

  /**
   * {@code plugin}: the library of the provider, null where there is none; {@code backend}: Qualcomm's, for the NPU. Both are
   * paths, or names where the system finds them by name.
   */
  static QnnRuntime of(OrtEnvironment environment, String plugin, String backend, String version) throws OrtException {
    List<OrtEpDevice> devices = devices(environment);
    if (plugin != null && devices.isEmpty()) {
      // Once in a process: a second time is an error.
      environment.registerExecutionProviderLibrary(PROVIDER, plugin);
      devices = devices(environment);
      if (devices.isEmpty()) throw new OrtException("the provider has no device");
    }
    return new QnnRuntime(version, backend, devices);
  }

  /** One, of the provider that was registered, or none. */
  private static List<OrtEpDevice> devices(OrtEnvironment environment) throws OrtException {
    List<OrtEpDevice> devices = new ArrayList<>();
    for (OrtEpDevice each : environment.getEpDevices()) {
      if (each.getEpName().equals(PROVIDER) && devices.isEmpty()) devices.add(each);
    }
    return devices;
  }

  void addTo(SessionOptions options, Map<String, String> settings) throws OrtException {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.put("backend_path", backend);
    if (devices.isEmpty()) options.addQnn(all);
    else options.addExecutionProvider(devices, all);
  }
}
