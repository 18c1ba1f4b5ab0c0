/** `npm run generate` as a user meets it: what comes out of it, and with which exit code. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { decode } from 'fast-png';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { psnr } from '../../../models/quantize/quality/psnr';
import { encodeSafetensors } from '../../../models/safetensorsWriter';
import { randomModelFiles } from '../../models/randomModel';
import { fromRoot } from '../../root';
import { commandsIn } from './command';

let scratch: string;
let model: string;
test.before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'generate-'));
  model = join(scratch, 'model');
  for (const [path, bytes] of await randomModelFiles('B')) {
    await mkdir(dirname(join(model, path)), { recursive: true });
    await writeFile(join(model, path), bytes);
  }
});
test.after(() => rm(scratch, { recursive: true }));

const inScratch = () => ({ ...process.env, INIT_CWD: scratch, POCKET_CALLER: scratch });
const entry = fromRoot('build/run.mjs');
const { generate, convert } = commandsIn(() => scratch);

const pixelsOf = (name: string) => Uint8Array.from(decode(readFileSync(join(scratch, name))).data);

const pictures = () => readdirSync(scratch).filter((name) => name.includes('.png'));

test('through npm, --json leaves one JSON object on stdout and nothing else', () => {
  const words = '--steps 2 --seed 5 --out a.png --json'.split(' ');
  const args = ['run', 'generate', '--', 'two owls', '--model', model, ...words];
  const { status, stdout } = spawnSync('npm', args, { encoding: 'utf8', env: inScratch() });
  assert.is(status, 0);
  const report = JSON.parse(stdout) as Record<string, unknown>;
  assert.equal(report.files, [join(scratch, 'a.png')]);
  assert.is(report.seed, 5);
  assert.is(report.steps, 2);
  assert.ok((report.peakMemoryBytes as number) > 50e6);
  const milliseconds = report.milliseconds as Record<string, number>;
  assert.equal(Object.keys(milliseconds).sort(), ['loading', 'textEncoder', 'total', 'unet', 'vaeDecoder']);
  const png = decode(readFileSync(join(scratch, 'a.png')));
  assert.equal([png.width, png.height, png.channels, png.depth], [report.width, report.height, 3, 8]);
});

test('our own kernels draw nearly what ONNX Runtime draws, in weights of eight bits', async () => {
  const settings = ['two owls', '--model', model, '--steps', '4', '--seed', '5', '--width', '64', '--height', '72'];
  const drawn = async (...more: readonly string[]) => {
    const { status, stdout, stderr } = await generate(...settings, '--json', ...more);
    assert.is(status, 0, stderr);
    const report = JSON.parse(stdout) as { files: [string]; backend: string; weights: string };
    return { ...report, pixels: Uint8Array.from(decode(readFileSync(report.files[0])).data) };
  };
  const [exact, kernels] = [
    await drawn('--out', 'exact.png'),
    await drawn('--backend', 'wasm-int8', '--out', 'kernels.png'),
  ];
  assert.equal([exact.backend, kernels.backend, kernels.weights], ['wasm', 'wasm-int8', 'int8']);
  const quality = psnr(kernels.pixels, exact.pixels);
  assert.ok(quality > 24 && quality < 70, `${quality.toFixed(1)} dB`);
});

test('several pictures are named by their seeds, each the picture of its seed alone', async () => {
  const settings = ['x', '--model', model, '--steps', '2', '--width', '64', '--height', '72'];
  const { status, stdout } = await generate(...settings, '--seed', '7', '--num-images', '2', '--out', 'b.png');
  assert.is(status, 0);
  assert.equal(stdout.trim().split('\n'), [join(scratch, 'b-7.png'), join(scratch, 'b-8.png')]);
  assert.is((await generate(...settings, '--seed', '8', '--out', 'alone.png')).status, 0);
  assert.equal(readFileSync(join(scratch, 'b-8.png')), readFileSync(join(scratch, 'alone.png')));
});

test('a converted folder draws what its checkpoint draws', async () => {
  const converted = join(scratch, 'converted');
  assert.is((await convert(model, '--out', converted)).status, 0);
  const settings = ['x', '--steps', '2', '--seed', '3', '--width', '64', '--height', '72'];
  assert.is((await generate(...settings, '--model', model, '--out', 'from-model.png')).status, 0);
  assert.is((await generate(...settings, '--model', converted, '--out', 'from-converted.png')).status, 0);
  assert.equal(pixelsOf('from-converted.png'), pixelsOf('from-model.png'));
  for (const [option, value] of [
    ['--vae', 'some.safetensors'],
    ['--prediction', 'v_prediction'],
    ['--weights', 'int4'],
  ] as const) {
    const { status, stderr } = await generate(...settings, '--model', converted, option, value, '--out', 'never.png');
    assert.is(status, 2, option);
    assert.ok(stderr.includes(`bad-argument: ${option}`), stderr);
  }
});

test('a picture is drawn again from its file, byte for byte, and otherwise where an option says so', async () => {
  const settings = [
    'two "owls",\na 猫',
    '--model',
    model,
    '--steps',
    '3',
    '--width',
    '64',
    '--height',
    '72',
    '--seed',
    '9',
  ];
  const more = ['--scheduler', 'dpmpp_2m_karras', '--rng', 'philox', '--negative-prompt', 'x', '--num-images', '2'];
  assert.is((await generate(...settings, ...more, '--out', 'two.png')).status, 0);
  const again = await generate('--from', 'two-10.png', '--model', model, '--out', 'again.png');
  assert.equal([again.status, again.stderr.includes('note:')], [0, false], again.stderr);
  assert.equal(readFileSync(join(scratch, 'again.png')), readFileSync(join(scratch, 'two-10.png')));
  assert.is((await generate('--from', 'two-10.png', '--model', model, '--seed', '9', '--out', 'nine.png')).status, 0);
  assert.equal(readFileSync(join(scratch, 'nine.png')), readFileSync(join(scratch, 'two-9.png')));
  const other = await generate('three owls', '--from', 'two-10.png', '--scheduler', 'ddim', '--steps', '1', '--json');
  assert.is(other.status, 0, other.stderr);
  const { scheduler, sigmas, rng, seed } = JSON.parse(other.stdout);
  assert.equal([scheduler, sigmas, rng, seed], ['ddim', undefined, 'philox', 10]);
  assert.match(other.stderr, /note: it was drawn with the model model; this draws with demo/);
});

test('a picture is drawn from another, and again from its file beside that one', async () => {
  const settings = ['x', '--model', model, '--steps', '3', '--seed', '3'];
  assert.is((await generate(...settings, '--width', '72', '--height', '64', '--out', 'start.png')).status, 0);
  const from = ['--init-image', 'start.png', '--strength', '0.7', '--mask-image', 'start.png'];
  const { status, stdout, stderr } = await generate(...settings, ...from, '--out', 'from.png', '--json');
  assert.is(status, 0, stderr);
  const { width, height, strength, initImage } = JSON.parse(stdout);
  assert.equal([width, height, strength, initImage], [72, 64, 0.7, undefined]);
  assert.not.equal(pixelsOf('from.png'), pixelsOf('start.png'));
  const again = ['--from', 'from.png', '--model', model, '--init-image', 'start.png', '--mask-image', 'start.png'];
  assert.is((await generate(...again, '--out', 'from-again.png')).status, 0);
  assert.equal(readFileSync(join(scratch, 'from-again.png')), readFileSync(join(scratch, 'from.png')));
  const alone = await generate('--from', 'from.png', '--model', model, '--out', 'from-nothing.png');
  assert.match(alone.stderr, /note: it was drawn from another picture/);
  for (const [words, line] of [
    [
      ['--mask-image', 'start.png'],
      'bad-argument: --init-image: expected a picture where --mask-image is given, got none',
    ],
    [
      ['--init-image', 'nowhere.png'],
      'bad-image: --init-image nowhere.png: expected a picture, got no such file or folder',
    ],
    [['--init-image', 'start.png', '--strength', '0.1'], 'bad-argument: --strength: expected at least 1 / steps'],
    [['--strength', '0.5'], 'bad-argument: --init-image: expected a picture where strength is given, got none'],
  ] as const) {
    const refused = await generate(...settings, ...words, '--out', 'never.png');
    assert.is(refused.status, 2, line);
    assert.ok(refused.stderr.startsWith(line), refused.stderr);
  }
});

test('a file to draw from that is none, or does not say how it was drawn, is one clear line and exit code 2', async () => {
  await writeFile(join(scratch, 'text.png'), 'no picture');
  for (const [name, line] of [
    ['nowhere.png', 'bad-image: --from nowhere.png: expected a file, got no such file or folder\n'],
    ['text.png', 'bad-image: --from text.png: expected a PNG file, got a file of another kind\n'],
  ] as const) {
    const { status, stderr } = await generate('x', '--from', name);
    assert.equal([status, stderr], [2, line]);
  }
});

test('bad arguments are one clear line, exit code 2, and no picture', async () => {
  const before = pictures();
  for (const [args, line] of [
    [['x', '--width', '100'], 'bad-argument: --width: expected a multiple of 8 from 8 to 2048, got 100\n'],
    [['x', '--steps', '0'], 'bad-argument: --steps: expected an integer from 1 to 1000, got 0\n'],
    [['x', '--seed', '-1'], 'bad-argument: --seed: expected an integer from 0 to 9007199254740927, got -1\n'],
    [['x', '--backend', 'npu'], 'bad-argument: --backend: expected one of wasm, wasm-int8, got npu\n'],
  ] as const) {
    const { status, stdout, stderr } = await generate(...args);
    assert.equal({ status, stdout, stderr }, { status: 2, stdout: '', stderr: line });
  }
  const started = [entry, 'workers/cli.ts', 'x', '--steps', '0'];
  const { status, stdout, stderr } = spawnSync(process.execPath, started, { encoding: 'utf8', env: inScratch() });
  const line = 'bad-argument: --steps: expected an integer from 1 to 1000, got 0\n';
  assert.equal({ status, stdout, stderr }, { status: 2, stdout: '', stderr: line });
  assert.equal(pictures(), before);
});

test('a bad model is one clear line and exit code 2: none there, SDXL, truncated', async () => {
  const missing = await generate('x', '--model', join(scratch, 'nowhere'));
  assert.is(missing.status, 2);
  assert.match(missing.stderr, /^bad-model: .*nowhere.*\n$/);

  const sdxl = join(scratch, 'sdxl');
  await mkdir(sdxl);
  await writeFile(join(sdxl, 'model_index.json'), JSON.stringify({ _class_name: 'StableDiffusionXLPipeline' }));
  const other = await generate('x', '--model', sdxl);
  assert.is(other.status, 2);
  assert.match(other.stderr, /^unsupported-model: .*StableDiffusionXLPipeline.*\n$/);

  const weights = join(model, 'unet/diffusion_pytorch_model.safetensors');
  const whole = readFileSync(weights);
  await truncate(weights, whole.length - 1000);
  const cut = await generate('x', '--model', model);
  await writeFile(weights, whole);
  assert.is(cut.status, 2);
  const got = `expected ${whole.length} bytes, where the last tensor ends, got ${whole.length - 1000} bytes`;
  assert.is(cut.stderr, `bad-model: --model ${weights}: ${got}: it is cut short\n`);
});

const embeddingFile = (width: number): Uint8Array =>
  encodeSafetensors([{ name: 'emb_params', dtype: 'F32', shape: [2, width], data: new Uint8Array(8 * width) }]);

test('words can be read as stable-diffusion-webui reads them, learned ones among them', async () => {
  await writeFile(join(scratch, 'easy.safetensors'), embeddingFile(40));
  const settings = ['--model', model, '--steps', '2', '--width', '64', '--height', '72', '--seed', '3', '--json'];
  const styled = ['--prompt-style', 'a1111', '--clip-skip', '1', '--embedding', 'easy.safetensors:easy'];
  const { status, stdout, stderr } = await generate(
    'two (owls:1.3) easy',
    ...settings,
    ...styled,
    '--out',
    'styled.png',
  );
  assert.is(status, 0, stderr);
  const { promptStyle, clipSkip, embeddings } = JSON.parse(stdout) as Record<string, unknown>;
  assert.equal([promptStyle, clipSkip, embeddings], ['a1111', 1, ['easy']]);
});

test('an embedding that is none, or of another model, is one clear line and exit code 2', async () => {
  const before = pictures();
  const easy = embeddingFile(40);
  for (const [name, bytes, line] of [
    [
      'wide.safetensors',
      embeddingFile(1024),
      /^unsupported-model: .*wide\.safetensors: emb_params: .* 40 .*got 1024, of/,
    ],
    ['cut.safetensors', easy.slice(0, easy.length - 9), /^bad-model: .*cut\.safetensors: .*cut short/],
    ['easy.pt', Uint8Array.of(0x80, 2, 0x7d, 0x71, 0, 0x2e, 0, 0, 0), /^bad-model: .*easy\.pt: .*runs the code/],
    ['none.safetensors', undefined, /^bad-model: .*none\.safetensors: expected a \.safetensors file/],
  ] as const) {
    if (bytes) await writeFile(join(scratch, name), bytes);
    const { status, stdout, stderr } = await generate('x', '--model', model, '--embedding', name);
    assert.equal([status, stdout], [2, ''], stderr);
    assert.match(stderr, line);
    assert.is(stderr.trimEnd().split('\n').length, 1);
  }
  const skipped = await generate('x', '--model', model, '--clip-skip', '3');
  assert.is(skipped.stderr, 'bad-argument: --clip-skip: expected at most 2, of 3 layers, got 3\n');
  assert.equal([skipped.status, pictures()], [2, before]);
});

test('a place that cannot be written to is refused, and leaves no half picture', async () => {
  // Told before anything is drawn: a thousand steps would outlast this spec.
  const missing = join(scratch, 'no/such/folder');
  const { status, stderr } = await generate('x', '--model', model, '--steps', '1000', '--out', join(missing, 'x.png'));
  assert.is(status, 2);
  const got = `${missing}: no such file or folder`;
  assert.is(stderr, `bad-argument: --out: expected a place that can be written to, got ${got}\n`);
  await mkdir(join(scratch, 'taken.png'));
  const taken = await generate('x', '--model', model, '--steps', '1000', '--out', 'taken.png');
  assert.is(taken.status, 2);
  assert.match(taken.stderr, /^bad-argument: --out: .*taken\.png: a folder\n$/);
  await writeFile(join(scratch, 'file'), '');
  const within = await generate('x', '--model', model, '--steps', '1000', '--out', 'file/x.png');
  assert.is(within.status, 2);
  assert.match(within.stderr, /^bad-argument: --out: .*file: a file where a folder should be\n$/);
  // What only the second of two pictures meets is met by writing it.
  await mkdir(join(scratch, 'late-8.png'));
  const late = ['--steps', '1', '--seed', '7', '--num-images', '2', '--out', 'late.png'];
  const { status: end, stderr: said } = await generate('x', '--model', model, ...late);
  assert.is(end, 2);
  // What a slow machine says of its progress may stand before it.
  assert.ok(/^bad-argument: --out: .*late-8\.png: a folder\n$/m.test(said), said);
  assert.ok(existsSync(join(scratch, 'late-7.png')));
  assert.not(existsSync(join(scratch, 'late-8.png.partial')));
});

test('Ctrl-C stops within a step: exit code 130, no picture', async () => {
  // A prompt that is cut announces on stderr that drawing has begun.
  const prompt = 'owl '.repeat(90);
  const args = [entry, 'workers/cli.ts', prompt, '--model', model, '--steps', '500', '--out', 'stopped.png'];
  const child = spawn(process.execPath, args, { env: inScratch(), stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    const begun = 'note: prompt is longer than 77 tokens';
    const before = said;
    said += chunk.toString();
    if (said.includes(begun) && !before.includes(begun)) child.kill('SIGINT');
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.is(code, 130);
  assert.match(said, /\naborted: .*\n$/);
  assert.not(existsSync(join(scratch, 'stopped.png')));
});

test.run();
