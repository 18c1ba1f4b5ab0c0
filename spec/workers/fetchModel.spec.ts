/** A model from the web with a LoRA, another VAE and other choices, over the end of a tab: on either shelf. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Manifest } from '../../models/manifest';
import { planModel } from '../../models/planModel';
import { encodeSafetensors } from '../../models/safetensorsWriter';
import type { Freeable, ImportOptions, ModelSummary } from '../../workers/api';
import { bringIn } from '../../workers/bringIn';
import { fetchModel } from '../../workers/fetchModel';
import { inputOfPicked, pickedOptions } from '../../workers/picked';
import type { ModelStore } from '../../workers/store/modelStore';
import { uniform } from '../models/randomModel';
import { ldmTensors, singleFile, smallModelFiles } from '../models/singleFile/smallModel';
import { fileServer } from './download/fileServer';
import { type Device, device, isEmpty, rejection, SHELVES } from './store/storeFixture';
import { demoTokenizerFiles } from './text/demoTokenizer';

const never = new AbortController().signal;
const silent = (): void => undefined;
const chunkBytes = 128 * 1024;
const model = await singleFile();
const picked = (path: string, bytes: Uint8Array) => ({ path, file: new Blob([bytes as Uint8Array<ArrayBuffer>]) });

/** Rank 1 on a layer of 96 channels, longer than a chunk. */
const MODULE = 'lora_unet_mid_block_attentions_0_proj_in';
const factor = (name: string, shape: number[]) => ({
  ...{ name: `${MODULE}.${name}.weight`, dtype: 'F32' as const, shape },
  data: new Uint8Array(uniform(name, shape[0]! * shape[1]!, 0.5, 0).buffer),
});
const RANK = 300;
const lora = encodeSafetensors([factor('lora_down', [RANK, 96]), factor('lora_up', [96, RANK])]);
const vae = encodeSafetensors(
  (await ldmTensors(await smallModelFiles()))
    .filter(({ name }) => name.startsWith('first_stage_model.'))
    .map((tensor) => ({ ...tensor, data: tensor.data.map((byte) => byte ^ 1) })),
);
const options = (): ImportOptions => ({
  loras: [
    { file: picked('paint.safetensors', lora), weight: 0.65 },
    { file: picked('paint.safetensors', lora), weight: -0.25 },
  ],
  ...{ vae: picked('better.safetensors', vae), predictionType: 'v_prediction', weights: 'int8' },
});

const open = async (kept: Device, restart = false): Promise<ModelStore<Manifest>> =>
  (await kept[restart ? 'restart' : 'open']({ chunkBytes })) as unknown as ModelStore<Manifest>;

const conversion = (chosen: ImportOptions) => ({
  checkpoint: pickedOptions(chosen, async () => demoTokenizerFiles()),
  plan: (checkpoint: Parameters<typeof planModel>[0]) => planModel(checkpoint, chosen.weights as 'int8' | undefined),
});

/** The model as it is when all of it is picked. */
const brought = async (chosen: ImportOptions): Promise<ModelSummary> => {
  const input = inputOfPicked([picked('model.safetensors', model)]);
  return bringIn(input, { origin: 'file', ...conversion(chosen) }, await open(device('idb')), silent, never);
};

const fetching = (url: string, store: ModelStore<Manifest>, chosen: ImportOptions, signal = never) =>
  fetchModel(
    { name: 'model', urls: [url] },
    {
      ...{ store, origin: '', now: () => 0, inTurn: (work) => work(), options: chosen, conversion },
      fetch: (address, init) => fetch(address, init as RequestInit),
      wait: async () => signal.throwIfAborted(),
    },
    silent,
    signal,
  );

type Noted = Pick<Freeable, 'key' | 'options'> & {
  readonly parts: Readonly<
    Record<string, { readonly file?: string; readonly chunks: { sha256: string; bytes: number }[] }>
  >;
};

/** The one journal of a download, once `bytes` of the file are in: the server stalls a little later. */
async function stalled(kept: Device, bytes: number): Promise<Noted> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
    const key = (await kept.records.keys()).find((each) => each.startsWith('download:'));
    const journal = key ? ((await kept.records.get(key)) as Noted) : undefined;
    const chunks = journal?.parts.file?.chunks ?? [];
    if (journal && chunks.reduce((sum, chunk) => sum + chunk.bytes, 0) === bytes) return journal;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error(`not ${bytes} bytes`);
}

for (const shelf of SHELVES) {
  test(`${shelf}: a download that goes on after its tab was killed is opened with what it was begun with`, async () => {
    const server = await fileServer(model, { stallAfter: 1_000_000 });
    try {
      const kept = device(shelf);
      void fetching(server.url, await open(kept), options()).catch(silent);
      await stalled(kept, 7 * chunkBytes);
      server.manners.stallAfter = undefined;

      const store = await open(kept, true);
      const [left] = (await store.report()).freeable;
      assert.equal(left?.options, {
        loras: [
          { name: 'paint.safetensors', weight: 0.65 },
          { name: 'paint.safetensors', weight: -0.25 },
        ],
        ...{ vae: 'better.safetensors', predictionType: 'v_prediction', weights: 'int8' },
      });
      const got = await fetching(server.url, store, {});
      assert.equal([got.id, got.weights], [(await brought(options())).id, 'int8']);
      assert.is(
        got.source,
        `${server.url} + paint.safetensors × 0.65 + paint.safetensors × -0.25 + better.safetensors`,
      );
      assert.equal((await store.report()).freeable, []);
      await store.delete(got.id);
      assert.ok(await isEmpty(kept));
    } finally {
      await server.close();
    }
  });
}

test('options given to the second try are the ones that count; damage to kept ones, and a LoRA that is none, cost no download', async () => {
  const server = await fileServer(model, { stallAfter: 1_000_000 });
  try {
    const kept = device('idb');
    void fetching(server.url, await open(kept), options()).catch(silent);
    await stalled(kept, 7 * chunkBytes);
    const again = await open(kept, true);
    server.manners.stallAfter = 500_000;
    void fetching(server.url, again, { loras: [{ file: picked('other.safetensors', lora), weight: 1 }] }).catch(silent);
    const journal = await stalled(kept, 10 * chunkBytes); // 500,000 bytes more.
    server.manners.stallAfter = undefined;

    const store = await open(kept, true);
    assert.equal(journal.options, { loras: [{ name: 'other.safetensors', weight: 1 }] });
    const key = `chunk:${journal.parts['lora 0']!.chunks[1]!.sha256}`;
    const bytes = new Uint8Array((await kept.records.get(key)) as ArrayBuffer);
    bytes[7]! ^= 1;
    await kept.records.write([[key, bytes.buffer]]);
    const error = await rejection(fetching(server.url, store, {}));
    assert.equal([error.code, error.argument], ['corrupt-store', 'other.safetensors chunk 1']);
    // A LoRA that is none costs nobody the download.
    const wrong = { loras: [{ file: picked('broken.safetensors', lora.slice(0, 99)), weight: 1 }] };
    assert.is((await rejection(fetching(server.url, store, wrong))).code, 'bad-model');
    const asked = server.asked.length;
    const got = await fetching(server.url, store, {});
    assert.is(server.asked.length, asked);
    assert.is(got.id, (await brought({})).id);
  } finally {
    await server.close();
  }
});

test.run();
