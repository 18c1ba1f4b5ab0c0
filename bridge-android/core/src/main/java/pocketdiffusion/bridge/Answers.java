package pocketdiffusion.bridge;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Does what is asked, once it is known to be allowed. */
final class Answers {
  private final Engine engine;
  private final Pace pace;
  private final KeptTensors kept = new KeptTensors();
  private final Sessions sessions = new Sessions();

  private Answers(Engine engine, Pace pace) {
    this.engine = engine;
    this.pace = pace;
  }

  static Answers by(Engine engine, Pace pace) {
    return new Answers(engine, pace);
  }

  /** What does not wait for networks. */
  Reply atOnce(Question question) throws BridgeFault {
    switch (question.type) {
      case HELLO:
      case STATUS:
        return Reply.of("status", Tensor.text(pace.status().json()));
      case DESCRIBE:
        Model model = engine.status().model(question.word("model"));
        return Reply.of("manifest", Tensor.text(engine.describe(model))).with("form", model.form.word);
      case PUT:
        kept.put(question.number("kept"), question.tensors.get("value"));
        return Reply.empty();
      default:
        kept.drop(question.number("kept"));
        return Reply.empty();
    }
  }

  /** What a run takes, as it is when it is asked for. */
  Map<String, Tensor> inputs(Question question) throws BridgeFault {
    return question.type == Question.Type.RUN ? kept.inputs(question) : question.tensors;
  }

  /** What waits for its turn. */
  Reply inTurn(Question question, Map<String, Tensor> inputs, Progress progress, Cancellation cancellation)
      throws BridgeFault {
    long session = question.number("session");
    long started = System.nanoTime();
    switch (question.type) {
      case EMBED:
        return embed(question, inputs.get("ids"));
      case OPEN:
        Network network = open(question, progress, cancellation);
        sessions.add(session, network);
        return timed(Reply.of("ports", Tensor.text(ports(network))), started);
      case RUN:
        return run(session, inputs, cancellation).with("thermal", engine.thermal());
      default:
        sessions.close(session);
        return Reply.empty();
    }
  }

  /** What it rests before is not of the work. */
  private Reply run(long session, Map<String, Tensor> inputs, Cancellation cancellation) throws BridgeFault {
    pace.before(cancellation);
    long started = System.nanoTime();
    try {
      return timed(Reply.of(sessions.run(session, inputs, cancellation)), started);
    } finally {
      pace.ran((System.nanoTime() - started) / 1_000_000);
    }
  }

  /** The page is gone. In turn. */
  void end() {
    sessions.closeAll();
  }

  private Reply embed(Question question, Tensor ids) throws BridgeFault {
    Model model = engine.status().model(question.word("model"));
    if (model.form != Model.Form.NPU) throw BridgeFault.badArgument("model", "one with a token table", model.form.word);
    if (ids.dtype != Dtype.I32) throw BridgeFault.badArgument("ids", "I32", ids.words());
    return Reply.of("embeddings", engine.embed(model, ids));
  }

  private Network open(Question question, Progress progress, Cancellation cancellation) throws BridgeFault {
    sessions.checkFree(question.number("session"));
    String backend = question.word("backend");
    Status status = pace.status();
    Model model = status.model(question.word("model"));
    Offer offer = offer(model, question);
    status.checkAvailable(backend);
    if (!offer.backends.contains(backend)) {
      throw BridgeFault.of(BridgeFault.Code.BACKEND_UNAVAILABLE, backend, String.join(", ", offer.backends), backend);
    }
    return engine.open(model, offer, backend, progress, cancellation);
  }

  private static Offer offer(Model model, Question question) throws BridgeFault {
    String stage = question.word("stage");
    boolean sized = !stage.equals(Offer.TEXT_ENCODER);
    long width = sized ? question.number("width") : 0;
    long height = sized ? question.number("height") : 0;
    for (Offer offer : model.offers) {
      if (offer.is(stage, question.number("batch"), width, height)) return offer;
    }
    String got = width + " x " + height + " at batch " + question.number("batch");
    throw BridgeFault.of(BridgeFault.Code.NOT_HERE, stage, "a size that the model has it in", got);
  }

  private static Reply timed(Reply reply, long started) {
    return reply.with("milliseconds", String.format(Locale.ROOT, "%.3f", (System.nanoTime() - started) / 1e6));
  }

  private static String ports(Network network) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("inputs", described(network.inputs()));
    json.put("outputs", described(network.outputs()));
    return JsonWriter.write(json);
  }

  private static List<Object> described(List<Port> ports) {
    List<Object> json = new ArrayList<>();
    for (Port port : ports) json.add(port.json());
    return json;
  }
}
