/** Guidance in one call and in two, by ONNX Runtime: how a step is computed is no matter of what is drawn. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder } from '../../models/folder.node';
import { planModel } from '../../models/planModel';
import type { ImageRequest } from '../../workers/api';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import { checkpointModel } from '../../workers/model.checkpoint';
import { textToImage } from '../../workers/pipeline';
import { DEFAULTS } from '../../workers/request';
import { fromRoot } from '../root';

const wasm = nodeWasmBackend();
const demo = diskFolder(fromRoot('models/demo/model')).then(openDiffusersFolder);

for (const [form, lowering] of [
  ['exact', {}],
  ['int8', { integersFrom: 0 }],
  // Strips so low that the two passes would not fit into one together.
  ['int8', { integersFrom: 0, stripBytes: 300_000 }],
] as const) {
  test(`${form}, ${JSON.stringify(lowering)}: the same picture in one call a step and in two, bit for bit`, async () => {
    const checkpoint = await demo;
    const model = checkpointModel(checkpoint, planModel(checkpoint, form), undefined, lowering);
    const drawn = async (guidance: ImageRequest['guidance']): Promise<Uint8Array> => {
      const request = { ...DEFAULTS, guidance, prompt: 'a red apple', seed: 3, steps: 6, width: 128, height: 128 };
      for await (const event of textToImage(request, { model, backend: wasm }, new AbortController().signal)) {
        if (event.type === 'failed') throw new Error(event.message);
        if (event.type === 'image') return event.picture.pixels;
      }
      throw new Error('no picture');
    };
    const picture = await drawn('one-call');
    assert.ok(new Set(picture).size > 50, 'the picture is not flat');
    assert.equal(picture, await drawn('two-calls'));
  });
}

test.run();
