/** `npm run evaluate` as a whole, on the demo model in pictures of a few pixels. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseReport } from '../../../models/quantize/report/reportJson';
import { parseArguments } from '../../../workers/quantize/evaluate/arguments.node';
import { main } from '../../../workers/quantize/evaluate/command.node';
import { figures } from '../../../workers/quantize/evaluate/figures';
import { rejects } from '../../models/rejects';

async function evaluated(...args: readonly string[]): Promise<{ code: number; lines: string[] }> {
  const { log } = console;
  const lines: string[] = [];
  console.log = (line: string) => void lines.push(line);
  try {
    return { code: await main(args), lines };
  } finally {
    console.log = log;
  }
}

test('a report comes of it, and the same question is answered from what was found', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'evaluate-'));
  try {
    const out = join(folder, 'w8');
    const asked = ['demo', '--out', out, '--format', 'w8', '--stages', 'unet', '--size', '96x96', '--steps', '2'];
    const few = [...asked, '--prompts', '2', '--seeds', '1', '--compared-steps', '2'];
    const { code, lines } = await evaluated(...few);
    assert.is(code, 0);
    const report = parseReport(await readFile(join(out, 'report.json'), 'utf8'));
    assert.equal(lines, [...figures(report), join(out, 'report.html')]);
    assert.equal(
      report.pictures!.map(({ domain, seed }) => [domain, seed]),
      [
        ['demo', 0],
        ['demo', 0],
      ],
    );
    // Two of PNDM's three evaluations, two calls each, of two pictures; eight bits of weights are some 40 dB.
    assert.is(report.noise!.samples, 8);
    assert.ok(report.noise!.sqnr > 30 && report.noise!.sqnr < 60, `${report.noise!.sqnr} dB`);
    assert.ok(report.conditioning!.ratio.mean > 0.9 && report.worst!.length === 2);
    assert.ok((await readFile(join(out, 'report.html'), 'utf8')).includes('demo in w8'));
    // The UNet alone: a quarter of float32, and scales.
    const [size] = report.sizes!;
    assert.ok(size!.bytes / size!.fp32Bytes > 0.25 && size!.bytes / size!.fp32Bytes < 0.27);

    const drawn = join(folder, 'reference', 'identity.json');
    const before = (await stat(drawn)).mtimeMs;
    const again = await evaluated(...few);
    assert.equal(again.lines, lines);
    assert.is((await stat(drawn)).mtimeMs, before);

    // Other domains are other prompts to judge by, and were others to calibrate by: another report.
    const { error } = console;
    const said: string[] = [];
    console.error = (line: string) => void said.push(line);
    try {
      assert.is((await evaluated(...few, '--domain', 'food')).code, 2);
      // Another prediction is another model: what the first drew is none of its pictures.
      assert.is((await evaluated(...few, '--prediction', 'v_prediction')).code, 2);
    } finally {
      console.error = error;
    }
    assert.ok(said[0]!.includes('food') && said[0]!.includes('demo'), `${said}`);
    assert.ok(said[1]!.startsWith('bad-argument: ') && said[1]!.includes('reference'), `${said}`);
    assert.equal(parseReport(await readFile(join(out, 'report.json'), 'utf8')).pictures, report.pictures);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('bad words end with a line and exit code 2, before anything is drawn', async () => {
  const { error } = console;
  const said: string[] = [];
  console.error = (line: string) => void said.push(line);
  try {
    const folder = join(tmpdir(), 'nothing-is-written-here');
    assert.is((await evaluated('demo', '--out', folder, '--prompts', '99')).code, 2);
    assert.is((await evaluated('demo', '--out', folder, '--format', 'w2')).code, 2);
    assert.is((await evaluated('demo', '--out', folder, '--quantized', folder)).code, 2);
    assert.ok(
      said[0]!.includes('1 to 44') && said[1]!.includes('--format') && said[2]!.includes('npu.json'),
      `${said}`,
    );
  } finally {
    console.error = error;
  }
});

test('the demo model is judged by its own prompts, any other by all but those', () => {
  assert.equal(parseArguments(['demo', '--out', 'x']).domains, ['demo']);
  assert.equal(parseArguments(['model', '--out', 'x']).domains, []);
  const { stages, prompts, seeds, steps, as } = parseArguments(['demo', '--out', 'x', '--stages', 'unet,vae_decoder']);
  assert.equal([stages, prompts, seeds, steps, as], [['unet', 'vae_decoder'], 32, 3, 20, 'npu']);
});

test('an unknown network or form is refused with those there are', async () => {
  await rejects(
    () => parseArguments(['demo', '--out', 'x', '--stages', 'vae']),
    'bad-argument',
    '--stages',
    'vae_decoder',
  );
  await rejects(
    () => parseArguments(['demo', '--out', 'x', '--as', 'cpu']),
    'bad-argument',
    '--as',
    'npu, packed, weights',
    'cpu',
  );
  await rejects(() => parseArguments(['demo']), 'bad-argument', '--out');
});

test.run();
