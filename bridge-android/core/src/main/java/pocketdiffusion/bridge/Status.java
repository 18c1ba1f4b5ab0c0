package pocketdiffusion.bridge;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a host tells of itself: {@code status} of PROTOCOL.md section 3. */
public final class Status {
  public static final String NPU = "npu";
  public static final String NATIVE_CPU = "native-cpu";
  static final List<String> BACKENDS = Collections.unmodifiableList(Arrays.asList(NPU, NATIVE_CPU));

  private final String host;
  private final String soc;
  private final Map<String, Map<String, Object>> backends;
  private final Map<String, Object> memory;
  private final String thermal;
  final List<Model> models;

  private Status(
      String host,
      String soc,
      Map<String, Map<String, Object>> backends,
      Map<String, Object> memory,
      String thermal,
      List<Model> models) {
    this.host = host;
    this.soc = soc;
    this.backends = backends;
    this.memory = memory;
    this.thermal = thermal;
    this.models = models;
  }

  /** {@code soc} may be null. Both backends are unavailable until told otherwise. */
  public static Status of(String host, String soc, String thermal, List<Model> models) {
    Map<String, Object> memory = new LinkedHashMap<>();
    Status status =
        new Status(host, soc, new LinkedHashMap<>(), memory, thermal, Collections.unmodifiableList(new ArrayList<>(models)));
    return status.without(NPU, "not-built-in").without(NATIVE_CPU, "not-built-in").memory(0, 0);
  }

  /** {@code why} is a word of the protocol. */
  public Status without(String backend, String why) {
    backends.put(backend, availability(false, why));
    return this;
  }

  /** {@code threads} is 0 where that says nothing. */
  public Status with(String backend, int threads) {
    Map<String, Object> availability = availability(true, "");
    if (threads > 0) availability.put("threads", threads);
    backends.put(backend, availability);
    return this;
  }

  public Status memory(long totalBytes, long availableBytes) {
    memory.put("totalBytes", totalBytes);
    memory.put("availableBytes", availableBytes);
    return this;
  }

  private static Map<String, Object> availability(boolean available, String why) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("available", available);
    json.put("why", why);
    return json;
  }

  /** {@code not-here} where there is no such model. */
  Model model(String hash) throws BridgeFault {
    for (Model model : models) {
      if (model.hash.equals(hash)) return model;
    }
    throw BridgeFault.of(BridgeFault.Code.NOT_HERE, "model", "one of " + models.size() + " models", hash);
  }

  /** {@code backend-unavailable} says why. */
  void checkAvailable(String backend) throws BridgeFault {
    Map<String, Object> found = backends.get(backend);
    if (Boolean.TRUE.equals(found.get("available"))) return;
    throw BridgeFault.of(BridgeFault.Code.BACKEND_UNAVAILABLE, backend, "a backend that is available", found.get("why"));
  }

  String json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("host", host);
    if (soc != null) json.put("soc", soc);
    json.put("backends", backends);
    json.put("memory", memory);
    json.put("thermal", thermal);
    List<Object> list = new ArrayList<>();
    for (Model model : models) list.add(model.json());
    json.put("models", list);
    return JsonWriter.write(json);
  }
}
