package pocketdiffusion.bridge;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameter;
import org.junit.runners.Parameterized.Parameters;

/** Frames of the vectors: sound ones mean what is written beside them, broken ones are refused. */
@RunWith(Parameterized.class)
public final class FrameVectorsTest {
  @Parameters(name = "{0}")
  public static List<Object[]> rows() throws Exception {
    return Vectors.rows("frames");
  }

  @Parameter(0)
  public String sentence;

  @Parameter(1)
  public Map<?, ?> vector;

  @Test
  public void isReadOrRefusedAsTheVectorSays() throws Exception {
    if (vector.containsKey("error")) {
      BridgeFault fault = assertThrows(BridgeFault.class, () -> Frame.decode(Vectors.bytes(vector.get("base64"))));
      assertEquals(vector.get("error"), fault.code.word);
      assertTrue(fault.argument, fault.argument.startsWith("frame"));
      return;
    }
    checkMeaning(Frame.decode(Vectors.bytes(vector.get("base64"))));
    checkMeaning(Frame.decode(Frame.decode(Vectors.bytes(vector.get("base64"))).encode()));
  }

  private void checkMeaning(Frame frame) {
    assertEquals(vector.get("metadata"), frame.metadata);
    Map<?, ?> tensors = (Map<?, ?>) vector.get("tensors");
    assertEquals(tensors.keySet(), frame.tensors.keySet());
    for (Map.Entry<String, Tensor> entry : frame.tensors.entrySet()) {
      Map<?, ?> expected = (Map<?, ?>) tensors.get(entry.getKey());
      assertEquals(expected.get("dtype"), entry.getValue().dtype.name());
      List<Double> shape = new ArrayList<>();
      for (long size : entry.getValue().shape()) shape.add((double) size);
      assertEquals(expected.get("shape"), shape);
      assertEquals(Vectors.bytes(expected.get("base64")), entry.getValue().data());
    }
  }
}
