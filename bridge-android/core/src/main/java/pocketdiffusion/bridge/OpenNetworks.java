package pocketdiffusion.bridge;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * An engine whose networks stay open for a while after they were closed: the next picture need not open them again, which takes
 * longer on an NPU than its first steps.
 *
 * <p>Invariants: only the host's worker uses it, but for what an engine answers to anybody; a network is lent to one session at
 * most; those that wait, the one that was used last at the end, take at most a part of the device's memory together. One whose
 * size nobody knows does not wait.
 */
final class OpenNetworks extends EngineOver {
  static final long KEPT_MILLISECONDS = 5 * 60_000;
  /** Of the device's memory, for those that wait. */
  static final int PART_OF_MEMORY = 4;

  private final LongSupplier milliseconds;
  private final List<Kept> waiting = new ArrayList<>();
  /** Whether there is any, for other threads. */
  private volatile boolean some = false;

  private OpenNetworks(Engine engine, LongSupplier milliseconds) {
    super(engine);
    this.milliseconds = milliseconds;
  }

  /** {@code milliseconds} of a clock that only goes forward. */
  static OpenNetworks of(Engine engine, LongSupplier milliseconds) {
    return new OpenNetworks(engine, milliseconds);
  }

  @Override
  public Network open(Model model, Offer offer, String backend, Progress progress, Cancellation cancellation)
      throws BridgeFault {
    for (Kept each : waiting) {
      if (!each.is(model, offer, backend)) continue;
      waiting.remove(each);
      some = !waiting.isEmpty();
      return new Lent(each);
    }
    long available = engine.status().availableBytes();
    // What it takes to open one is more than it takes then.
    if (available > 0 && available < 2 * offer.bytes) closeAll();
    return new Lent(new Kept(model.hash, offer, backend, opened(model, offer, backend, progress, cancellation)));
  }

  /** Once more where those that wait have taken its place. */
  private Network opened(Model model, Offer offer, String backend, Progress progress, Cancellation cancellation)
      throws BridgeFault {
    try {
      return engine.open(model, offer, backend, progress, cancellation);
    } catch (BridgeFault fault) {
      if (fault.code != BridgeFault.Code.OUT_OF_MEMORY || waiting.isEmpty()) throw fault;
    }
    closeAll();
    return engine.open(model, offer, backend, progress, cancellation);
  }

  /** Whether any waits. From any thread. */
  boolean anyWaits() {
    return some;
  }

  /** Closes those that have waited for long. */
  void closeOld() {
    long now = milliseconds.getAsLong();
    closeIf(each -> now - each.since >= KEPT_MILLISECONDS);
  }

  /** Closes those of models that are no longer here. */
  void closeGone() {
    Set<String> here = new HashSet<>();
    for (Model model : engine.status().models) here.add(model.hash);
    closeIf(each -> !here.contains(each.model));
  }

  void closeAll() {
    closeIf(each -> true);
  }

  private interface Condition {
    boolean holds(Kept kept);
  }

  private void closeIf(Condition condition) {
    for (Iterator<Kept> each = waiting.iterator(); each.hasNext(); ) {
      Kept kept = each.next();
      if (!condition.holds(kept)) continue;
      each.remove();
      kept.network.close();
    }
    some = !waiting.isEmpty();
  }

  private void giveBack(Kept kept) {
    long most = engine.status().totalBytes() / PART_OF_MEMORY;
    if (kept.broken || kept.offer.bytes == 0 || kept.offer.bytes > most) {
      kept.network.close();
      return;
    }
    kept.since = milliseconds.getAsLong();
    waiting.add(kept);
    long together = 0;
    for (Kept each : waiting) together += each.offer.bytes;
    while (together > most) {
      Kept eldest = waiting.remove(0);
      together -= eldest.offer.bytes;
      eldest.network.close();
    }
    some = true;
  }

  private static final class Kept {
    final String model;
    final Offer offer;
    final String backend;
    final Network network;
    boolean broken = false;
    long since;

    Kept(String model, Offer offer, String backend, Network network) {
      this.model = model;
      this.offer = offer;
      this.backend = backend;
      this.network = network;
    }

    boolean is(Model model, Offer offer, String backend) {
      boolean same = this.offer.is(offer.stage, offer.batch, offer.width, offer.height);
      return same && this.model.equals(model.hash) && this.backend.equals(backend);
    }
  }

  private final class Lent implements Network {
    private final Kept kept;

    Lent(Kept kept) {
      this.kept = kept;
    }

    @Override
    public List<Port> inputs() {
      return kept.network.inputs();
    }

    @Override
    public List<Port> outputs() {
      return kept.network.outputs();
    }

    /** What broke once is not lent again. */
    @Override
    public Map<String, Tensor> run(Map<String, Tensor> inputs, Cancellation cancellation) throws BridgeFault {
      boolean well = false;
      try {
        Map<String, Tensor> outputs = kept.network.run(inputs, cancellation);
        well = true;
        return outputs;
      } catch (BridgeFault fault) {
        well = fault.code == BridgeFault.Code.ABORTED;
        throw fault;
      } finally {
        kept.broken |= !well;
      }
    }

    @Override
    public void close() {
      giveBack(kept);
    }
  }
}
