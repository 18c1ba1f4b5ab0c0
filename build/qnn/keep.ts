/** What the compiler has made, made to be read on phones and put beside its model. */
import { readFile, writeFile } from 'node:fs/promises';
import { keepCompiled } from '../../models/npuContexts.node';
import { badModel } from '../../models/refuse';
import { QAIRT } from './emulator';

/** Of ONNX, as our own graphs have it (models/graph/onnx/onnxModel.ts). The compiler's ONNX Runtime writes its newest, which the app's cannot read. */
const IR_VERSION = 10;
/** The first field of a ModelProto, `ir_version`, as protobuf writes it. */
const FIELD = 0x08;

/** `files`, first the ONNX file, of the part of this context compiled for this chip, are the model's in `folder`. */
export async function keep(folder: string, context: string, chip: string, files: readonly string[]): Promise<void> {
  const [first] = files;
  await writeFile(first!, readableByOlder(first!, await readFile(first!)));
  await keepCompiled(folder, { context, chip, qairt: QAIRT }, files);
}

/** An ONNX file around one node, which means the same in every version. `bad-model` where `model` does not begin with its version. */
export function readableByOlder(name: string, model: Uint8Array): Uint8Array {
  const [field, version] = model;
  if (field !== FIELD || version === undefined || version < 1 || version > 127)
    throw badModel(name, 'an ONNX model that begins with its version', `${field} ${version}`);
  const older = Uint8Array.from(model);
  older[1] = Math.min(version, IR_VERSION);
  return older;
}
