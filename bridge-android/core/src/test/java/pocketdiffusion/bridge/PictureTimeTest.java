package pocketdiffusion.bridge;

import static org.junit.Assert.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.Test;

/** Seconds of a picture, of the milliseconds of its networks. */
public final class PictureTimeTest {
  private static Map<String, Object> network(String stage, String backend, long batch, long side, double milliseconds) {
    Map<String, Object> network = new LinkedHashMap<>();
    network.put("stage", stage);
    network.put("batch", batch);
    if (side > 0) {
      network.put("width", side);
      network.put("height", side);
    }
    network.put("backend", backend);
    if (milliseconds > 0) network.put("p50Milliseconds", milliseconds);
    else network.put("error", "out-of-memory");
    return network;
  }

  private static List<Object> seconds(List<Map<String, Object>> networks) {
    List<Object> seconds = new ArrayList<>();
    for (Map<String, Object> each : PictureTime.of(networks)) {
      seconds.add(each.get("backend") + " " + each.get("width") + "x" + each.get("height") + " " + each.get("seconds"));
    }
    return seconds;
  }

  @Test
  public void twentyGuidedStepsAreFortyCallsAPromptTwiceAndOneDecoding() {
    // 40 x 112 + 2 x 10 + 250.
    assertEquals(
        Collections.singletonList("npu 512x512 4.75"),
        seconds(
            Arrays.asList(
                network("text_encoder", "npu", 1, 0, 10),
                network("unet", "npu", 1, 512, 112),
                network("vae_decoder", "npu", 1, 512, 250),
                network("vae_encoder", "npu", 1, 512, 9999))));
  }

  @Test
  public void aBatchOfTwoIsBothCallsAtOnceAndEachBackendAndSizeStandsForItself() {
    List<Map<String, Object>> networks = new ArrayList<>();
    for (String backend : new String[] {"npu", "native-cpu"}) {
      double slower = backend.equals("npu") ? 1 : 10;
      networks.add(network("text_encoder", backend, 2, 256, 5 * slower));
      networks.add(network("unet", backend, 2, 256, 100 * slower));
      networks.add(network("vae_decoder", backend, 2, 256, 45 * slower));
    }
    networks.add(network("unet", "npu", 2, 512, 400));
    // 20 x 100 + 5 + 45, and ten times that; of 512 x 512 there is no decoder.
    assertEquals(Arrays.asList("npu 256x256 2.05", "native-cpu 256x256 20.5"), seconds(networks));
  }

  @Test
  public void whatWasNotMeasuredGivesNoSeconds() {
    List<Map<String, Object>> networks = new ArrayList<>();
    networks.add(network("text_encoder", "npu", 1, 0, 10));
    networks.add(network("unet", "npu", 1, 512, 0));
    networks.add(network("vae_decoder", "npu", 1, 512, 250));
    assertEquals(Collections.emptyList(), seconds(networks));
    assertEquals(Collections.emptyList(), seconds(Collections.emptyList()));
  }
}
