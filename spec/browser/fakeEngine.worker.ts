/**
 * An engine that computes nothing, for the specs of the page: bundled under the real worker's name. The prompt says
 * how it behaves: `fail CODE`, `die`, `hang` (deaf and busy), `slow` (long steps), `cut`; anything else is drawn.
 */
import { expose } from 'comlink';
import type { EngineApi, ImageEvent, ImageRequest, ModelSummary, Port } from '../../workers/api';
import { CodedError, type ErrorCode } from '../../workers/errors';
import { runJob } from '../../workers/job';
import { fakePicture } from './fakePicture';

const DEMO: ModelSummary = {
  id: 'd'.repeat(64),
  name: 'demo',
  origins: ['demo:1'],
  bytes: 24_900_000,
  width: 256,
  height: 256,
};
let models: ModelSummary[] = [];

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What the page's specs ask for. */
const engine: Partial<EngineApi> & Pick<EngineApi, 'importModel'> = {
  life: async () => '',
  backends: async () => [
    { name: 'wasm', available: true, why: '', threads: 2 },
    { name: 'webgpu', available: false, why: 'no-adapter', threads: 1 },
  ],
  models: async () => models,
  deleteModel: async (id) => {
    models = models.filter((model) => model.id !== id);
  },
  openDemo(port: Port) {
    void runJob(port, async (tell) => {
      for (let step = 0; step <= 10; step += 1) {
        tell({ type: 'converting', stage: 'unet', bytes: step * 2_490_000, of: 24_900_000 });
        await pause(80);
      }
      models = [DEMO];
      tell({ type: 'imported', model: DEMO });
    });
  },
  importFolder(files, port: Port) {
    engine.importModel(files, {}, port);
  },
  importModel(files, _options, port: Port) {
    void runJob(port, async (tell, signal) => {
      const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
      for (let step = 0; step <= 20; step += 1) {
        signal.throwIfAborted();
        tell({ type: 'converting', stage: 'unet', bytes: (bytes * step) / 20, of: bytes });
        await pause(100);
      }
      const name = files[0]?.path.split('/')[0] ?? '';
      if (name === 'sdxl')
        throw new CodedError('unsupported-model', { argument: 'model', expected: 'SD 1.x', got: 'SDXL' });
      const model = { ...DEMO, id: name.padEnd(64, '0'), name, origins: ['folder'], bytes, width: 512, height: 512 };
      models = [...models, model];
      tell({ type: 'imported', model });
    });
  },
  draw(_model, _backend, request, port: Port) {
    void runJob(port, (tell, signal) => draw(request, tell, signal));
  },
};

async function draw(request: ImageRequest, tell: (event: ImageEvent) => void, signal: AbortSignal): Promise<void> {
  const { prompt, steps, numImages } = request;
  const milliseconds = prompt.includes('slow') ? 1000 : 40;
  tell({ type: 'prompt', which: 'prompt', tokens: 77, cut: prompt.includes('cut') ? 'and the very last words' : '' });
  tell({ type: 'loading', stage: 'unet', bytes: 1, of: 1 });
  for (let image = 0; image < numImages; image += 1) {
    for (let index = 1; index <= steps + 1; index += 1) {
      await pause(milliseconds);
      signal.throwIfAborted();
      if (index === 3) misbehave(prompt);
      tell({ type: 'step', image, index, of: steps + 1, milliseconds });
    }
    tell({ type: 'decoding', image });
    await pause(2 * milliseconds);
    tell({ type: 'image', image, picture: fakePicture(request, request.seed + image) });
  }
  tell({ type: 'finished', timings: { textEncoder: 1, unet: 1, vaeDecoder: 1, loading: 1, total: 4 }, heapBytes: {} });
}

function misbehave(prompt: string): void {
  const code = /fail (\S+)/.exec(prompt)?.[1];
  if (code) throw new CodedError(code as ErrorCode, { argument: 'width', expected: 'a multiple of 8', got: '100' });
  if (prompt.includes('hang')) for (const end = Date.now() + 60_000; Date.now() < end; );
  if (prompt.includes('die')) {
    setTimeout(() => {
      throw new Error('the worker died of the spec');
    });
  }
}

expose(engine);
