package pocketdiffusion.bridge;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code npm run convert} writes: {@code manifest.json}, the weights of each network, and one graph over them, of the
 * size that {@code stages.json} says.
 */
final class OnnxForm {
  static final String MANIFEST = "manifest.json";
  static final String SIZES = "stages.json";

  private OnnxForm() {}

  static ModelFolder read(Path folder) throws BridgeFault {
    byte[] manifest = ModelFolder.read(folder, MANIFEST);
    Fields fields = Fields.of(MANIFEST, new String(manifest, StandardCharsets.UTF_8));
    if (!fields.text("format").equals("pocket-diffusion")) throw fields.bad("format", "pocket-diffusion");
    Fields sizes = Fields.of(SIZES, new String(ModelFolder.read(folder, SIZES), StandardCharsets.UTF_8));
    long batch = sizes.integer("batch");
    long width = sizes.integer("width");
    long height = sizes.integer("height");
    Map<Offer, List<ModelFolder.Part>> networks = new LinkedHashMap<>();
    for (String stage : Offer.STAGES) {
      Fields graph = sizes.object("stages").object(stage);
      long weights = fields.object("stages").object(stage).integer("bytes");
      ModelFolder.Part part =
          new ModelFolder.Part(
              ModelFile.of(folder, stage + ".onnx", graph.integer("bytes"), graph.text("sha256")),
              ModelFile.of(folder, stage + ".weights", weights, fields.object("sha256").text(stage)),
              Collections.<ModelFolder.Compiled>emptyList());
      Offer offer = Offer.of(stage, batch, width, height, Collections.singletonList(Status.NATIVE_CPU));
      List<ModelFolder.Part> parts = Collections.singletonList(part);
      networks.put(offer.weighing(ModelFolder.weightBytes(parts)), parts);
    }
    return ModelFolder.of(folder, Model.Form.ONNX, sizes.textOrNull("id"), manifest, networks, null);
  }
}
