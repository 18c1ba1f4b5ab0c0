package pocketdiffusion.app;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import pocketdiffusion.bridge.Benchmark;

/**
 * How long a frame takes to the page and back, in base64 as on a connection: a script in the page says what it hears. What the page
 * itself makes of a frame is not in it.
 *
 * <p>Invariant: {@code done} is called once, on the main thread, unless it was ended before.
 */
final class BridgeEcho {
  static final String GREETING = "pocket-diffusion-echo";
  /** Of a UNet's latents at 512 × 512, 64 KiB. */
  static final int BYTES = 64 << 10;
  static final int WARM = 10;
  static final int TIMES = 50;

  static final String SCRIPT =
      "addEventListener('message', function hear({data, ports: [port]}) {\n"
          + ("  if (data !== '" + GREETING + "' || !port) return;\n")
          + "  removeEventListener('message', hear);\n"
          + "  port.onmessage = ({data}) => port.postMessage(data);\n"
          + "});";

  /** Hears what was found: {@code bytes}, {@code runs} and percentiles. */
  interface Done {
    void done(Map<String, Object> found);
  }

  private final Wire wire;
  private final LongSupplier nanoseconds;
  private final Done done;
  private final byte[] frame = new byte[BYTES];
  private final List<Long> durations = new ArrayList<>();
  private long sent;
  private boolean ended = false;

  private BridgeEcho(Wire wire, LongSupplier nanoseconds, Done done) {
    this.wire = wire;
    this.nanoseconds = nanoseconds;
    this.done = done;
    for (int i = 0; i < BYTES; i++) frame[i] = (byte) (i * 31);
  }

  static BridgeEcho begin(TopFrame top, LongSupplier nanoseconds, Done done) {
    top.run(SCRIPT);
    Wire[] ends = top.channel();
    BridgeEcho made = new BridgeEcho(ends[0], nanoseconds, done);
    ends[0].listen(made::heard);
    top.post(GREETING, ends[1]);
    made.send();
    return made;
  }

  /** Nobody waits for it any more. */
  void end() {
    ended = true;
    wire.close();
  }

  private void send() {
    sent = nanoseconds.getAsLong();
    wire.post(Base64.getEncoder().encodeToString(frame));
  }

  private void heard(String text) {
    if (ended) return;
    boolean same = Arrays.equals(frame, decoded(text));
    durations.add(nanoseconds.getAsLong() - sent);
    if (!same) finish(null);
    else if (durations.size() < WARM + TIMES) send();
    else finish(Benchmark.percentiles(durations.subList(WARM, WARM + TIMES)));
  }

  private void finish(Map<String, Object> found) {
    end();
    done.done(found);
  }

  /** Null where it is no base64. */
  private static byte[] decoded(String text) {
    try {
      return text == null ? null : Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException other) {
      return null;
    }
  }
}
