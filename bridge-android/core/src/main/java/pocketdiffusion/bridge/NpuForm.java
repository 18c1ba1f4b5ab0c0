package pocketdiffusion.bridge;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
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
    Map<String, List<ModelFolder.Compiled>> contexts = contexts(folder, fields);
    for (Fields stage : fields.list("stages")) {
      String name = stage.text("stage");
      boolean sized = !name.equals(Offer.TEXT_ENCODER);
      long width = sized ? stage.integer("width") : 0;
      long height = sized ? stage.integer("height") : 0;
      List<ModelFolder.Part> parts = new ArrayList<>();
      for (Fields part : stage.list("parts")) {
        ModelFile graph = file(folder, part.object("graph"));
        ModelFile weights = file(folder, part.object("weights"));
        List<ModelFolder.Compiled> compiled = contexts.get(part.textOrNull("context"));
        parts.add(new ModelFolder.Part(graph, weights, compiled == null ? Collections.emptyList() : compiled));
      }
      if (parts.isEmpty()) throw stage.bad("parts", "at least one");
      networks.put(Offer.of(name, 1, width, height, Status.BACKENDS).weighing(ModelFolder.weightBytes(parts)), parts);
    }
    Fields table = fields.object("tokenTable");
    long wide = fields.object("description").object("textEncoder").integer("hiddenSize");
    TokenTable tokens = TokenTable.of(file(folder, table), table.text("dtype"), wide);
    return ModelFolder.of(folder, Model.Form.NPU, fields.textOrNull("id"), manifest, networks, tokens);
  }

  /** What was compiled by whoever made the model, by the name of what it was made of. What is not there, or of another length, is no loss. */
  private static Map<String, List<ModelFolder.Compiled>> contexts(Path folder, Fields manifest) throws BridgeFault {
    Map<String, List<ModelFolder.Compiled>> contexts = new LinkedHashMap<>();
    if (!manifest.has("contexts") || !manifest.object("contexts").has("compiled")) return contexts;
    for (Fields each : manifest.object("contexts").list("compiled")) {
      List<ModelFile> files = new ArrayList<>();
      List<Fields> listed = each.list("files");
      for (Fields file : listed) {
        try {
          files.add(file(folder, file));
        } catch (BridgeFault missing) {
          break;
        }
      }
      if (files.isEmpty() || files.size() < listed.size()) continue;
      String name = each.text("context");
      if (!contexts.containsKey(name)) contexts.put(name, new ArrayList<>());
      contexts.get(name).add(new ModelFolder.Compiled(each.text("chip"), each.text("qairt"), files));
    }
    return contexts;
  }

  private static ModelFile file(Path folder, Fields file) throws BridgeFault {
    return ModelFile.of(folder, file.text("path"), file.integer("bytes"), file.text("sha256"));
  }
}
