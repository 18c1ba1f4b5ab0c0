package pocketdiffusion.bridge;

import java.util.List;
import java.util.Map;

/** An opened network. Whoever opened it closes it, once. */
public interface Network {
  List<Port> inputs();

  List<Port> outputs();

  /** The inputs are those of {@code inputs()}. {@code aborted} where it was canceled before it was done. */
  Map<String, Tensor> run(Map<String, Tensor> inputs, Cancellation cancellation) throws BridgeFault;

  void close();
}
