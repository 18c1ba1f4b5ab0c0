package pocketdiffusion.bridge;

/**
 * What computes. {@code status}, {@code thermal} and {@code describe} may be called from any thread at any time, all else from
 * one thread, one call after another.
 */
public interface Engine {
  Status status();

  /** A word of the protocol, asked after each run. */
  String thermal();

  /** The text of the model's manifest. */
  String describe(Model model) throws BridgeFault;

  /** The rows of the token table: the shape of {@code ids}, and the table's width. {@code bad-argument} outside the table. */
  Tensor embed(Model model, Tensor ids) throws BridgeFault;

  /** The model, its offer and the backend are such as {@code status} told. */
  Network open(Model model, Offer offer, String backend, Progress progress, Cancellation cancellation)
      throws BridgeFault;
}
