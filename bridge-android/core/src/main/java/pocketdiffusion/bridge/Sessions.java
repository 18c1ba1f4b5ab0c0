package pocketdiffusion.bridge;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The networks that a connection has opened, by its numbers. Only the host's worker touches them. */
final class Sessions {
  static final int MOST = 8;

  private final Map<Long, Network> networks = new HashMap<>();

  /** Whether {@code number} may be opened now. */
  void checkFree(long number) throws BridgeFault {
    if (networks.containsKey(number)) throw BridgeFault.badArgument("session", "a number that is not in use", number);
    if (networks.size() == MOST) {
      throw BridgeFault.of(BridgeFault.Code.TOO_LARGE, "session", "at most " + MOST, MOST + 1);
    }
  }

  void add(long number, Network network) {
    networks.put(number, network);
  }

  /** Of the session of this number, after the inputs were found to be its own. */
  Map<String, Tensor> run(long number, Map<String, Tensor> inputs, Cancellation cancellation) throws BridgeFault {
    Network network = networks.get(number);
    if (network == null) throw unknown(number);
    List<String> known = new ArrayList<>();
    for (Port port : network.inputs()) {
      port.check(inputs.get(port.name));
      known.add(port.name);
    }
    for (String name : inputs.keySet()) {
      if (!known.contains(name)) throw BridgeFault.badArgument(name, "one of " + known, "another input");
    }
    return network.run(inputs, cancellation);
  }

  void close(long number) throws BridgeFault {
    Network network = networks.remove(number);
    if (network == null) throw unknown(number);
    network.close();
  }

  void closeAll() {
    for (Network network : networks.values()) network.close();
    networks.clear();
  }

  private static BridgeFault unknown(long number) {
    return BridgeFault.badArgument("session", "a number in use", number);
  }
}
