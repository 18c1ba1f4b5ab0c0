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
  private int dutyPercent = 100;
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

  /** None of those that are available is: {@code why} is a word of the protocol. */
  public Status withoutAll(String why) {
    for (String backend : BACKENDS) {
      if (isAvailable(backend)) without(backend, why);
    }
    return this;
  }

  /** What {@code crashed-before} is about: {@code probe}, or a stage. */
  public Status during(String backend, String what) {
    backends.get(backend).put("during", what);
    return this;
  }

  /** Of the time that networks may compute, 1 to 100. */
  public Status duty(int percent) {
    dutyPercent = percent;
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
    if (isAvailable(backend)) return;
    String why = why(backend);
    BridgeFault.Code code = why.equals("too-hot") ? BridgeFault.Code.TOO_HOT : BridgeFault.Code.BACKEND_UNAVAILABLE;
    throw BridgeFault.of(code, backend, "a backend that is available", why);
  }

  public boolean isAvailable(String backend) {
    return Boolean.TRUE.equals(backends.get(backend).get("available"));
  }

  /** A word of the protocol, empty where it is available. */
  public String why(String backend) {
    return (String) backends.get(backend).get("why");
  }

  /** 0 where nobody can say. */
  long totalBytes() {
    return (Long) memory.get("totalBytes");
  }

  long availableBytes() {
    return (Long) memory.get("availableBytes");
  }

  String json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("host", host);
    if (soc != null) json.put("soc", soc);
    json.put("backends", backends);
    json.put("memory", memory);
    json.put("thermal", thermal);
    if (dutyPercent < 100) json.put("dutyPercent", dutyPercent);
    List<Object> list = new ArrayList<>();
    for (Model model : models) list.add(model.json());
    json.put("models", list);
    return JsonWriter.write(json);
  }
}
