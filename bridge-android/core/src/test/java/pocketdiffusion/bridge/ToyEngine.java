package pocketdiffusion.bridge;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** The toy host of the vectors (build/bridge/toyHost.ts), which can be made to wait and to break. */
final class ToyEngine implements Engine {
  static final String DRAWS = repeated('a');
  static final String EMBEDS = repeated('b');

  /** Where not null, a run tells that it has begun, and waits until it is canceled. */
  volatile CountDownLatch begun;

  /** Where not null, thrown by whatever is asked. */
  volatile Error error;

  volatile RuntimeException broken;
  volatile BridgeFault fault;
  volatile String thermal = "none";
  /** So many times, memory runs out where a network is opened. */
  volatile int failures = 0;
  /** What its network says that it takes. */
  volatile long bytes = 0;
  volatile int open = 0;
  /** Ever. */
  volatile int opened = 0;

  private static String repeated(char character) {
    return new String(new char[64]).replace('\0', character);
  }

  @Override
  public Status status() {
    List<String> cpu = Collections.singletonList(Status.NATIVE_CPU);
    List<Offer> offers = Collections.singletonList(Offer.of("unet", 1, 16, 16, cpu).weighing(bytes));
    Model draws = Model.of(DRAWS, "draws", Model.Form.ONNX, 12, offers);
    Model embeds = Model.of(EMBEDS, "embeds", Model.Form.NPU, 34, Collections.<Offer>emptyList());
    return Status.of("toy", null, thermal, Arrays.asList(draws, embeds))
        .without(Status.NPU, "no-npu")
        .with(Status.NATIVE_CPU, 1)
        .memory(2_000_000_000L, 1_000_000_000L);
  }

  @Override
  public String thermal() {
    return thermal;
  }

  @Override
  public String describe(Model model) {
    return "{\"format\":\"toy\",\"é\":\"漢\"}";
  }

  @Override
  public Tensor embed(Model model, Tensor ids) throws BridgeFault {
    int[] rows = ids.ints();
    float[] values = new float[2 * rows.length];
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] < 0) throw BridgeFault.badArgument("ids", "at least 0", rows[i]);
      values[2 * i] = rows[i];
      values[2 * i + 1] = rows[i] + 0.5f;
    }
    return Tensor.floats(new long[] {rows.length, 2}, values);
  }

  @Override
  public Network open(Model model, Offer offer, String backend, Progress progress, Cancellation cancellation)
      throws BridgeFault {
    progress.at(1, 2);
    if (failures > 0) {
      failures--;
      throw BridgeFault.of(BridgeFault.Code.OUT_OF_MEMORY, offer.stage, "memory", "none");
    }
    open++;
    opened++;
    return new Sum();
  }

  private final class Sum implements Network {
    @Override
    public List<Port> inputs() {
      return Arrays.asList(
          Port.of("sample", Dtype.F32, 1, 2),
          Port.of("timestep", Dtype.F32, 1),
          Port.of("encoder_hidden_states", Dtype.F32, 1, 3));
    }

    @Override
    public List<Port> outputs() {
      return Collections.singletonList(Port.of("noise", Dtype.F32, 1, 2));
    }

    @Override
    public Map<String, Tensor> run(Map<String, Tensor> inputs, Cancellation cancellation) throws BridgeFault {
      if (error != null) throw error;
      if (broken != null) throw broken;
      if (fault != null) throw fault;
      waitForCancel(cancellation);
      float sum = inputs.get("timestep").floats()[0];
      for (float state : inputs.get("encoder_hidden_states").floats()) sum += state;
      float[] sample = inputs.get("sample").floats();
      return Collections.singletonMap(
          "noise", Tensor.floats(new long[] {1, 2}, sample[0] + sum, sample[1] + sum));
    }

    private void waitForCancel(Cancellation cancellation) throws BridgeFault {
      if (begun == null) return;
      CountDownLatch canceled = new CountDownLatch(1);
      cancellation.onCancel(canceled::countDown);
      begun.countDown();
      try {
        canceled.await();
      } catch (InterruptedException thrown) {
        throw new IllegalStateException(thrown);
      }
      cancellation.check();
    }

    @Override
    public void close() {
      open--;
    }
  }
}
