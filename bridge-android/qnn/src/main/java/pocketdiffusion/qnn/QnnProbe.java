package pocketdiffusion.qnn;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.FloatBuffer;
import java.util.Base64;
import java.util.Collections;

/** Whether an NPU computes, and computes rightly: a tiny graph whose result is known (build/qnn/probe.ts, which prints it). */
final class QnnProbe {
  static final String GRAPH =
            "CAoSEHBvY2tldC1kaWZmdXNpb246yAQKLAoBeAoHeC9zY2FsZQoEemVybxIDeC9xGgN4L3EiDlF1YW50aXplTGluZWFyCjIKA3gv"
          + "cQoHeC9zY2FsZQoEemVybxIEeC9kcRoEeC9kcSIQRGVxdWFudGl6ZUxpbmVhcgo/CgF3Cgd3L3NjYWxlCgZ3L3plcm8SBHcvZHEa"
          + "BHcvZHEiEERlcXVhbnRpemVMaW5lYXIqCwoEYXhpcxgAoAECCjUKBHgvZHEKBHcvZHESBGNvbnYaBGNvbnYiBENvbnYqFQoMa2Vy"
          + "bmVsX3NoYXBlQAFAAaABBwovCgRjb252Cgd5L3NjYWxlCgR6ZXJvEgN5L3EaA3kvcSIOUXVhbnRpemVMaW5lYXIKLAoDeS9xCgd5"
          + "L3NjYWxlCgR6ZXJvEgF5GgF5IhBEZXF1YW50aXplTGluZWFyEgVwcm9iZSoREAFCB3gvc2NhbGVKBAAAADkqERABQgd5L3NjYWxl"
          + "SgQAAIA5KgwQBEIEemVyb0oCAIAqTwgICAgIAQgBEANCAXdKQIGeu9j1Ei9MaYekwd77GDVSb42qx+QBHjtYdZOwzeoHJEFee5m2"
          + "0/ANKkdkgp+82fYTME1qiKXC3/wZNlNwjqsqLwgIEAFCB3cvc2NhbGVKIAAAADwAAAA8AAAAPAAAADwAAAA8AAAAPAAAADwAAAA8"
          + "KhYICBADQgZ3L3plcm9KCAAAAAAAAAAAWhsKAXgSFgoUCAESEAoCCAEKAggICgIIBAoCCARiGwoBeRIWChQIARIQCgIIAQoCCAgK"
          + "AggECgIIBEIECgAQFUIRCg1jb20ubWljcm9zb2Z0EAE=";
  private static final int CHANNELS = 8;
  private static final int PIXELS = 16;
  /** Of the result, which is rounded to steps of this. */
  private static final float STEP = 1 / 4096f;

  private QnnProbe() {}

  /** Compiles the graph by {@code options} and runs it; false where it gives other numbers, or does not run. */
  static boolean passes(OrtEnvironment environment, SessionOptions options) {
    return passes(environment, options, Base64.getDecoder().decode(GRAPH));
  }

  static boolean passes(OrtEnvironment environment, SessionOptions options, byte[] graph) {
    long[] shape = {1, CHANNELS, 4, 4};
    float[] x = input();
    try (OrtSession session = environment.createSession(graph, options);
        OnnxTensor given = OnnxTensor.createTensor(environment, FloatBuffer.wrap(x), shape);
        OrtSession.Result result = session.run(Collections.singletonMap("x", given))) {
      FloatBuffer y = ((OnnxTensor) result.get(0)).getFloatBuffer();
      return y.remaining() == x.length && isRight(x, y);
    } catch (OrtException | RuntimeException thrown) {
      return false;
    }
  }

  /** Multiples of the step it is rounded to, from -2 to 2. */
  private static float[] input() {
    float[] x = new float[CHANNELS * PIXELS];
    for (int i = 0; i < x.length; i++) x[i] = ((i * 37) % 255 - 127) / 64f;
    return x;
  }

  private static boolean isRight(float[] x, FloatBuffer y) {
    for (int out = 0; out < CHANNELS; out++) {
      for (int pixel = 0; pixel < PIXELS; pixel++) {
        float sum = 0;
        for (int in = 0; in < CHANNELS; in++) sum += x[in * PIXELS + pixel] * weight(out, in);
        float limited = Math.max(-32768 * STEP, Math.min(32767 * STEP, sum));
        // Also false where it is no number. A little less exact than the graph is still a sound NPU.
        if (!(Math.abs(y.get(out * PIXELS + pixel) - limited) <= 8 * STEP)) return false;
      }
    }
    return true;
  }

  private static float weight(int out, int in) {
    return (((out * CHANNELS + in) * 29) % 255 - 127) / 128f;
  }
}
