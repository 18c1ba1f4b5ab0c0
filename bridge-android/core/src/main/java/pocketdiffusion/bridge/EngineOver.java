package pocketdiffusion.bridge;

/** An engine over another that answers all but {@code open} as that one does. */
abstract class EngineOver implements Engine {
  final Engine engine;

  EngineOver(Engine engine) {
    this.engine = engine;
  }

  @Override
  public Status status() {
    return engine.status();
  }

  @Override
  public String thermal() {
    return engine.thermal();
  }

  @Override
  public String describe(Model model) throws BridgeFault {
    return engine.describe(model);
  }

  @Override
  public Tensor embed(Model model, Tensor ids) throws BridgeFault {
    return engine.embed(model, ids);
  }
}
