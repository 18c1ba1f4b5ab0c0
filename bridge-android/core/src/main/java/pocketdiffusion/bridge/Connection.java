package pocketdiffusion.bridge;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A page's channel, from its first frame to its end (PROTOCOL.md sections 4 and 5).
 *
 * <p>Invariants: every call but a cancel is answered once, unless the page is gone; {@code pending} holds those that are not
 * yet; after {@code GONE} nothing is sent and nothing is asked of the engine but to close.
 */
public final class Connection {
  static final int MOST_PENDING = 16;

  private enum State {
    NEW,
    READY,
    GONE
  }

  private final Host host;
  private final Answers answers;
  private final Outlet outlet;
  private final Map<Long, Cancellation> pending = new HashMap<>();
  private State state = State.NEW;
  private long last = 0;

  private Connection(Host host, Answers answers, Outlet outlet) {
    this.host = host;
    this.answers = answers;
    this.outlet = outlet;
  }

  static Connection of(Host host, Answers answers, Outlet outlet) {
    return new Connection(host, answers, outlet);
  }

  /** A message has come. Messages must be handed over in order. */
  public synchronized void receive(ByteBuffer bytes) {
    if (state == State.GONE) return;
    long call = 0;
    try {
      Frame frame = Frame.decode(bytes);
      call = Question.callOf(frame);
      hear(Question.read(frame));
    } catch (BridgeFault fault) {
      fail(call, fault);
    } catch (RuntimeException | Error thrown) {
      fail(call, Unforeseen.of(thrown));
    }
  }

  /** The page said something that can be no frame: text, or more than may be. */
  public synchronized void receiveNonsense(String what) {
    fail(0, BridgeFault.of(BridgeFault.Code.BAD_FRAME, "frame", "bytes of a frame", what));
  }

  /** The page is gone. */
  public synchronized void ended() {
    if (state == State.GONE) return;
    state = State.GONE;
    for (Cancellation each : new ArrayList<>(pending.values())) each.cancel();
    pending.clear();
    host.forget(this);
    host.inTurn(answers::end);
  }

  /** Of the calls that are pending. */
  synchronized List<Cancellation> cancellations() {
    return new ArrayList<>(pending.values());
  }

  /** Tells the page that its calls are not forgotten. */
  synchronized void tick() {
    for (long call : pending.keySet()) send(Reply.progress(call, 0, 0));
  }

  private void hear(Question question) throws BridgeFault {
    if ((question.type == Question.Type.HELLO) != (state == State.NEW)) {
      throw Question.badMessage("type", state == State.NEW ? "hello" : "no second hello", question.word("type"));
    }
    if (question.type == Question.Type.CANCEL) {
      Cancellation found = pending.get(question.call);
      if (found != null) found.cancel();
      return;
    }
    if (question.call <= last) throw Question.badMessage("call", "above " + last, question.call);
    last = question.call;
    if (question.type == Question.Type.HELLO) greet(question);
    else if (question.type.inTurn) queue(question);
    else send(answers.atOnce(question).answer(question.call));
  }

  private void greet(Question question) throws BridgeFault {
    if (!question.offers(Question.PROTOCOL)) {
      String offered = question.word("protocols");
      throw BridgeFault.of(BridgeFault.Code.UNSUPPORTED_PROTOCOL, "protocols", Question.PROTOCOL, offered);
    }
    send(answers.atOnce(question).answer(question.call));
    state = State.READY;
  }

  private void queue(Question question) throws BridgeFault {
    if (pending.size() == MOST_PENDING) {
      throw BridgeFault.of(BridgeFault.Code.TOO_LARGE, "call", "at most " + MOST_PENDING + " pending", MOST_PENDING + 1);
    }
    Map<String, Tensor> inputs = answers.inputs(question);
    Cancellation cancellation = new Cancellation();
    pending.put(question.call, cancellation);
    host.inTurn(() -> work(question, inputs, cancellation));
  }

  /** On the worker, without the lock while it computes. */
  private void work(Question question, Map<String, Tensor> inputs, Cancellation cancellation) {
    long call = question.call;
    try {
      // A close is done even for who is gone: it frees.
      if (question.type != Question.Type.CLOSE) cancellation.check();
      Reply reply = answers.inTurn(question, inputs, (done, of) -> progress(call, done, of), cancellation);
      settle(call, reply.answer(call));
    } catch (BridgeFault fault) {
      settle(call, Reply.error(call, fault));
    } catch (RuntimeException | Error thrown) {
      settle(call, Reply.error(call, Unforeseen.of(thrown)));
    }
  }

  private synchronized void progress(long call, long done, long of) {
    if (pending.containsKey(call)) send(Reply.progress(call, done, of));
  }

  private synchronized void settle(long call, Frame frame) {
    if (pending.remove(call) != null) send(frame);
  }

  private void fail(long call, BridgeFault fault) {
    send(Reply.error(call, fault));
    if (!fault.code.ends) return;
    outlet.close();
    ended();
  }

  private void send(Frame frame) {
    if (state == State.GONE) return;
    try {
      outlet.send(frame.encode());
    } catch (BridgeFault tooLarge) {
      // Only an answer can be too large; that it is is small.
      fail(Long.parseLong(frame.metadata.get("call")), tooLarge);
    }
  }
}
