/** The UNet in segments: the same picture, one segment's weights at a time, stopped and closed wherever it breaks off. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder } from '../../models/folder.node';
import { planModel } from '../../models/planModel';
import type { SegmentedFile, StageSegment } from '../../models/stage';
import { weightsInMemory } from '../../models/stageWeights';
import type { Backend } from '../../workers/backend/backend';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import { COURSES, FASTEST } from '../../workers/memory/course';
import { checkpointModel } from '../../workers/model.checkpoint';
import { textToImage } from '../../workers/pipeline';
import { DEFAULTS } from '../../workers/request';
import { streamedStage } from '../../workers/streamed';
import type { Tensor, Tensors } from '../../workers/tensor';
import { randomModel } from '../models/randomModel';
import { fromRoot } from '../root';

const wasm = nodeWasmBackend();
const never = new AbortController().signal;
const models = {
  demo: diskFolder(fromRoot('models/demo/model')).then(openDiffusersFolder),
  A: randomModel('A').then(openDiffusersFolder),
  B: randomModel('B').then(openDiffusersFolder),
};

const COURSES_TRIED = [
  FASTEST,
  { ...FASTEST, unet: COURSES.normal.unet[1]!, vae_decoder: COURSES.normal.vae_decoder[1]! },
  { ...FASTEST, unet: COURSES.low.unet[0]! },
];

for (const [name, opening] of Object.entries(models))
  for (const [form, lowering] of [
    ['exact', {}],
    ['int8', {}],
    ['int8', { integersFrom: 0 }],
  ] as const) {
    test(`model ${name}, ${form}, ${JSON.stringify(lowering)}: on every course the picture is the same, bit for bit`, async () => {
      const checkpoint = await opening;
      const model = checkpointModel(checkpoint, planModel(checkpoint, form), undefined, lowering);
      const side = name === 'demo' ? 64 : 40;
      const request = { ...DEFAULTS, prompt: 'a red apple', seed: 3, steps: 1, width: side, height: side };
      const pictures: Uint8Array[] = [];
      for (const courses of COURSES_TRIED) {
        for await (const event of textToImage(request, { model, backend: wasm, courses }, never)) {
          assert.is.not(event.type, 'failed', event.type === 'failed' ? event.message : '');
          if (event.type === 'image') pictures.push(event.picture.pixels);
        }
      }
      assert.is(pictures.length, COURSES_TRIED.length);
      for (const picture of pictures) assert.equal(picture, pictures[0]);
    });
  }

const value = (number: number): Tensor => ({ type: 'float32', shape: [1], data: Float32Array.of(number) });
const segment = (inputs: string, outputs: string): StageSegment => ({
  graph: new TextEncoder().encode(outputs),
  inputs: inputs.split(' '),
  outputs: outputs.split(' '),
  tensors: [],
});
/** x + 1, that times 2, both added: 3x + 3. */
const SEGMENTS = [segment('x', 'more'), segment('more', 'twice'), segment('twice more', 'sum')];
const COMPUTE: Readonly<Record<string, (inputs: Record<string, number>) => number>> = {
  more: ({ x }) => x! + 1,
  twice: ({ more }) => 2 * more!,
  sum: ({ twice, more }) => twice! + more!,
};

function fixture(breaks: (line: string) => void = () => undefined) {
  const diary: string[] = [];
  const note = (line: string): void => {
    diary.push(line);
    breaks(line);
  };
  const backend: Backend = {
    name: 'wasm',
    heapBytes: () => 0,
    async open({ graph }) {
      const name = new TextDecoder().decode(graph);
      note(`open ${name}`);
      return {
        async run(inputs: Tensors) {
          note(`run ${name}`);
          const numbers = Object.fromEntries(Object.entries(inputs).map(([key, { data }]) => [key, data[0]!]));
          return { [name]: value(COMPUTE[name]!(numbers)) };
        },
        close: async () => void diary.push(`close ${name}`),
      };
    },
  };
  const weights = {
    ...weightsInMemory(new Uint8Array()),
    prepare: async () => void diary.push('prepare'),
    close: () => void diary.push('close weights'),
  };
  const file: SegmentedFile = { name: 'unet', segments: SEGMENTS, weights };
  return { diary, backend, file };
}

test('both inputs go through a segment before the next is opened, its weights made ready first', async () => {
  const { diary, backend, file } = fixture();
  const stage = streamedStage(file, backend, never);
  const [first, second] = await stage.runEach!([{ x: value(1) }, { x: value(10) }]);
  assert.equal([first!.sum!.data[0], second!.sum!.data[0]], [6, 33]);
  assert.equal(
    diary,
    ['more', 'twice', 'sum'].flatMap((name) => [
      ...['prepare', `open ${name}`, `run ${name}`, `run ${name}`, `close ${name}`],
    ]),
  );
  assert.is((await stage.run({ x: value(0) })).sum!.data[0], 3);
  await stage.close();
  assert.is(diary.at(-1), 'close weights');
});

test('an abort within a step is heard before the next run, and the open segment is closed', async () => {
  for (const at of ['run more', 'open twice', 'run twice']) {
    const abort = new AbortController();
    const { diary, backend, file } = fixture((line) => {
      if (line === at) abort.abort(new Error('stopped'));
    });
    const stage = streamedStage(file, backend, abort.signal);
    let message = '';
    await stage.runEach!([{ x: value(1) }, { x: value(2) }]).catch((thrown: Error) => {
      message = thrown.message;
    });
    assert.is(message, 'stopped', at);
    assert.is(
      diary.filter((line) => line.startsWith('run')).length,
      { run: 1, open: 2 }[at.split(' ')[0]!]! + (at === 'run twice' ? 2 : 0),
    );
    const [opened, closed] = ['open', 'close'].map((word) => diary.filter((line) => line.startsWith(word)).length);
    assert.is(opened, closed, `${at}: ${diary}`);
  }
});

test("a segment that fails is closed, and its error is the step's", async () => {
  const { diary, backend, file } = fixture((line) => {
    if (line === 'run twice') throw new Error('no memory');
  });
  let message = '';
  await streamedStage(file, backend, never)
    .run({ x: value(1) })
    .catch((thrown: Error) => {
      message = thrown.message;
    });
  assert.is(message, 'no memory');
  assert.equal(diary.slice(-2), ['run twice', 'close twice']);
});

test.run();
