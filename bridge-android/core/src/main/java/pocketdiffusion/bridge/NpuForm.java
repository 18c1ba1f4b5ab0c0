package pocketdiffusion.bridge;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code npm run quantize} writes: {@code npu.json} (models/npuManifest.ts), graphs in parts, the token table. */
final class NpuForm {
  static final String MANIFEST = "npu.json";
  private static final long VERSION = 2;

  private NpuForm() {}

  static ModelFolder read(Path folder) throws BridgeFault {
    byte[] manifest = ModelFolder.read(folder, MANIFEST);
    Fields fields = Fields.of(MANIFEST, new String(manifest, StandardCharsets.UTF_8));
    if (!fields.text("format").equals("pocket-diffusion-npu")) throw fields.bad("format", "pocket-diffusion-npu");
    if (fields.integer("version") != VERSION) throw fields.bad("version", Long.toString(VERSION));
    Map<Offer, List<ModelFolder.Part>> networks = new LinkedHashMap<>();
    Path contexts = fields.has("contexts") ? inside(folder, fields.object("contexts").text("folder")) : null;
    for (Fields stage : fields.list("stages")) {
      String name = stage.text("stage");
      boolean sized = !name.equals(Offer.TEXT_ENCODER);
      long width = sized ? stage.integer("width") : 0;
      long height = sized ? stage.integer("height") : 0;
      List<ModelFolder.Part> parts = new ArrayList<>();
      for (Fields part : stage.list("parts")) {
        ModelFile graph = file(folder, part.object("graph"));
        ModelFile weights = file(folder, part.object("weights"));
        String context = part.has("context") && contexts != null ? part.text("context") : null;
        parts.add(new ModelFolder.Part(graph, weights, context == null ? null : contexts, context));
      }
      if (parts.isEmpty()) throw stage.bad("parts", "at least one");
      networks.put(Offer.of(name, 1, width, height, Status.BACKENDS), parts);
    }
    Fields table = fields.object("tokenTable");
    long wide = fields.object("description").object("textEncoder").integer("hiddenSize");
    TokenTable tokens = TokenTable.of(file(folder, table), table.text("dtype"), wide);
    return ModelFolder.of(folder, Model.Form.NPU, fields.textOrNull("id"), manifest, networks, tokens);
  }

  /** Null where it is not in the model's folder. */
  private static Path inside(Path folder, String name) {
    Path path = folder.resolve(name).normalize();
    return path.startsWith(folder) ? path : null;
  }

  private static ModelFile file(Path folder, Fields file) throws BridgeFault {
    return ModelFile.of(folder, file.text("path"), file.integer("bytes"), file.text("sha256"));
  }
}
