/** stable-diffusion-webui's `parameters` text: its grammar, and its names. */
import { readFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readParameters, writeParameters } from '../../../workers/pictureFile/parametersText';
import { readWebui, webuiText } from '../../../workers/pictureFile/webui';
import { SAMPLER_NAMES, samplerNamed } from '../../../workers/pictureFile/webuiNames';
import { DEFAULTS, SCHEDULERS, SIGMAS } from '../../../workers/request';
import { BREAK, weightsOf } from '../../../workers/text/attention';
import { scheduleOf } from '../../../workers/text/schedule';
import { fromRoot } from '../../root';

interface Case {
  readonly text: string;
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly fields: Readonly<Record<string, string>>;
}
const { grammar } = JSON.parse(await readFile(fromRoot('spec/vectors/picture-texts.json'), 'utf8'));

const DRAWN = { ...DEFAULTS, prompt: 'x', seed: 1, width: 64, height: 48 };

test('texts are taken apart as stable-diffusion-webui takes them apart', () => {
  let settings = 0;
  for (const { text, fields, ...prompts } of grammar as Case[]) {
    const { fields: read, ...parts } = readParameters(text);
    assert.equal({ ...parts, fields: Object.fromEntries(read) }, { ...prompts, fields }, JSON.stringify(text));
    settings += Number(read.size > 0);
  }
  assert.ok(grammar.length > 60 && settings > 12, `${settings} with settings of ${grammar.length}`);
});

test('what is written is read again: quotes, commas, colons, line feeds, any script', () => {
  const fields = new Map([
    ['Steps', '20'],
    ['Model', 'a, "b": c\\d\n猫'],
    ['Size', '64x48'],
    ['Quote', '"'],
    ['Plain', '"x" y'],
  ]);
  for (const prompt of ['', 'x', 'a, (b:1.2), "c"\n\nd\\', '一只猫 🐈\nSteps: 20, Seed: 4'])
    for (const negativePrompt of ['', 'blurry: very', 'two\nlines, Steps: 1, Seed: 2, Size: 3x3']) {
      const text = writeParameters({ prompt, negativePrompt, fields });
      assert.equal(readParameters(text), { prompt, negativePrompt, fields }, text);
    }
});

test('samplers are found by their names of every version, with their schedule types', () => {
  for (const scheduler of SCHEDULERS) assert.is(samplerNamed(SAMPLER_NAMES[scheduler])?.scheduler, scheduler);
  for (const [name, type, expected] of [
    ['DPM++ 2M Karras', undefined, 'dpmpp_2m karras'],
    ['DPM++ 2M SDE Exponential', undefined, 'dpmpp_2m_sde exponential'],
    ['DPM2 a Karras', undefined, 'dpm2_a karras'],
    ['DPM++ 2M', undefined, 'dpmpp_2m karras'],
    ['DPM++ 2M', 'Uniform', 'dpmpp_2m model'],
    ['DPM++ 2M SDE', undefined, 'dpmpp_2m_sde exponential'],
    ['DPM++ 2M', 'Automatic', 'dpmpp_2m karras'],
    ['DPM++ 3M SDE', 'Automatic', 'dpmpp_3m_sde exponential'],
    ['Euler a', 'Automatic', 'euler_a model'],
    ['Euler', 'SGM Uniform', 'euler sgm_uniform'],
    ['LMS', 'Align Your Steps', 'lms align_your_steps'],
    ['PNDM', undefined, 'pndm model'],
  ] as const) {
    const { scheduler, sigmas } = samplerNamed(name, type) ?? {};
    assert.is(`${scheduler} ${sigmas}`, expected, `${name}, ${type}`);
  }
  for (const [name, type] of [
    ['DPM fast'],
    ['Restart'],
    ['constructor'],
    ['Euler', 'Beta'],
    ['DPM++ 2S a Karras'],
  ] as const)
    assert.is(samplerNamed(name, type), undefined, name);
});

test('the levels that a picture was drawn over are those that its text means there, where silence is automatic', () => {
  for (const scheduler of SCHEDULERS)
    for (const sigmas of SIGMAS) {
      const text = webuiText({ ...DRAWN, scheduler, sigmas }, 'm');
      const [, type = 'Automatic'] = /Schedule type: ([^,]+),/.exec(text) ?? [];
      assert.equal(samplerNamed(SAMPLER_NAMES[scheduler], type), { scheduler, sigmas }, text);
      assert.equal(readWebui(text)!.request.sigmas, sigmas, text);
    }
  assert.ok(
    webuiText({ ...DRAWN, scheduler: 'dpmpp_2m' }, 'm').includes('Sampler: DPM++ 2M, Schedule type: Uniform, '),
  );
  assert.not(webuiText({ ...DRAWN, scheduler: 'euler' }, 'm').includes('Schedule type'));
});

test('versions before there were schedule types drew over uniform levels without one', () => {
  const said = (version: string) =>
    readWebui(`x\nSteps: 20, Sampler: DPM++ 2M, Seed: 3, Version: ${version}`)!.request.sigmas;
  for (const version of ['v1.6.0', 'v1.8.0-RC', '1.3']) assert.is(said(version), 'model', version);
  for (const version of ['v1.9.0', 'v1.10.1', 'f2.0.1v1.10.1-previous', 'ComfyUI'])
    assert.is(said(version), 'karras', version);
});

test('a file of stable-diffusion-webui becomes a request; what nobody draws with is told', () => {
  const said = readWebui(
    'a girl\nNegative prompt: ugly\nSteps: 28, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 12, Size: 640x384, ' +
      'Model hash: 6ce0161689, Model: v1-5, Variation seed: 9, Variation seed strength: 0.3, Clip skip: 2, ENSD: 31337, ' +
      'Hires checkpoint: other, Lora hashes: "x: 0a, y: 2c", Version: v1.9.4',
  )!;
  assert.equal(said.request, {
    ...{ prompt: 'a girl', negativePrompt: 'ugly', steps: 28, guidanceScale: 6.5, seed: 12, width: 640, height: 384 },
    ...{ scheduler: 'dpmpp_2m', sigmas: 'karras', rng: 'philox', subseed: 9, subseedStrength: 0.3, numImages: 1 },
    ...{ promptStyle: 'a1111', clipSkip: 1 },
  });
  assert.equal([said.model, said.ignored], ['v1-5', ['ENSD: 31337', 'Hires checkpoint: other']]);
});

test('a plain prompt is written so that its brackets are brackets there, too; another is written as it is', () => {
  for (const prompt of ['a (red) apple', '[a|b] ((c:1.3)) [d', 'C:\\(x\\), \\', '(x:0.5)', 'a, b: c'])
    for (const negativePrompt of ['', '(blurry:2) \\[']) {
      const { request } = readWebui(webuiText({ ...DRAWN, prompt, negativePrompt }, 'm'))!;
      for (const [read, meant] of [
        [request.prompt!, prompt],
        [request.negativePrompt!, negativePrompt],
      ] as const) {
        // As both read it: no edits, and one text, its weight 1.
        const texts = scheduleOf(read, 20).flatMap(({ text }) => weightsOf(text));
        assert.equal(
          texts.map((one) => one !== BREAK && [one.text, one.weight]),
          meant === '' ? [] : [[meant, 1]],
          read,
        );
      }
      const same = readWebui(webuiText({ ...DRAWN, prompt, negativePrompt, promptStyle: 'a1111' }, 'm'))!;
      assert.equal([same.request.prompt, same.request.negativePrompt], [prompt, negativePrompt]);
    }
  const loras = [{ name: 'ink', weight: 0.8 }];
  assert.is(readWebui(webuiText({ ...DRAWN, prompt: '(x)', loras }, 'm'))!.request.prompt, '\\(x\\)<lora:ink:0.8>');
});

test('DDIM’s eta has its own name; of files before it had, it is read by the other', () => {
  const text = webuiText({ ...DRAWN, scheduler: 'ddim', eta: 0.5 }, 'm');
  assert.ok(text.includes(', Eta DDIM: 0.5, '), text);
  for (const said of [text, text.replace('Eta DDIM', 'Eta')]) assert.is(readWebui(said)!.request.eta, 0.5);
});

test('a second pass is written in its words and order, and read again', () => {
  for (const [hires, words] of [
    [
      { hiresScale: 1.5, hiresUpscaler: 'latent_bicubic_antialiased', hiresSteps: 9, hiresStrength: 0.4 },
      'Denoising strength: 0.4, Hires upscale: 1.5, Hires steps: 9, Hires upscaler: Latent (bicubic antialiased)',
    ],
    [
      { hiresSize: { width: 128, height: 64 }, hiresUpscaler: 'lanczos', hiresStrength: 0.7 },
      'Denoising strength: 0.7, Hires resize: 128x64, Hires upscaler: Lanczos',
    ],
  ] as const) {
    const text = webuiText({ ...DRAWN, ...hires }, 'm');
    assert.ok(text.includes(`Model: m, ${words}, RNG: CPU`), text);
    const { request, ignored } = readWebui(text)!;
    for (const [name, value] of Object.entries(hires)) assert.equal(request[name as keyof typeof request], value, name);
    assert.equal(ignored, []);
  }
  const plain = webuiText({ ...DRAWN, hiresScale: 2 }, 'm');
  assert.ok(plain.includes('Denoising strength: 0.7, Hires upscale: 2, Hires upscaler: Latent, RNG'), plain);
  assert.not(/Hires|Denoising/.test(webuiText(DRAWN, 'm')));
});

test('a second pass by an upscaler that nobody here has is not drawn, and told whole', () => {
  const pass = 'Denoising strength: 0.5, Hires upscale: 2, Hires steps: 10, Hires upscaler: R-ESRGAN 4x+';
  const said = readWebui(`x\nSteps: 20, Sampler: Euler, Seed: 3, RNG: CPU, ${pass}`)!;
  assert.is(said.ignored.join(', '), pass);
  assert.is(said.request.hiresScale, undefined);
  const half = readWebui('x\nSteps: 20, Sampler: Euler, Seed: 3, RNG: CPU, Hires resize: 0x1024')!;
  assert.equal([half.ignored, half.request.hiresSize], [['Hires resize: 0x1024'], undefined]);
});

test('sizes that nobody here draws are told, and left out', () => {
  const sides = ['99999x99999', '512x4096', '0x64', '500x500'];
  for (const size of sides) {
    const { request, ignored } = readWebui(`x\nSteps: 20, Sampler: Euler, Seed: 3, RNG: CPU, Size: ${size}`)!;
    assert.equal([request.width, request.height, ignored], [undefined, undefined, [`Size: ${size}`]]);
  }
  for (const second of [...sides.map((size) => `Hires resize: ${size}`), 'Hires upscale: 9', 'Hires upscale: 0.5']) {
    const { request, ignored } = readWebui(`x\nSteps: 20, Sampler: Euler, Seed: 3, RNG: CPU, ${second}`)!;
    assert.equal([request.hiresScale, request.hiresSize, ignored], [undefined, undefined, [second]]);
  }
  const largest = readWebui('x\nSteps: 20, Sampler: Euler, Seed: 3, Size: 2048x8, Hires upscale: 8')!.request;
  assert.equal([largest.width, largest.height, largest.hiresScale], [2048, 8, 8]);
});

test('how a part was drawn anew is written in its words, and read again', () => {
  const into = {
    strength: 0.6,
    maskBlur: 4,
    invertMask: true,
    inpaintPadding: 16,
    maskedContent: 'latent_noise',
  } as const;
  const text = webuiText({ ...DRAWN, ...into }, 'm');
  const words =
    'Denoising strength: 0.6, Mask blur: 4, Mask mode: Inpaint not masked, Inpaint area: Only masked, ' +
    'Masked area padding: 16, Masked content: latent noise';
  assert.ok(text.includes(`${words}, RNG: CPU`), text);
  const { request, ignored } = readWebui(text)!;
  const { strength: _, ...read } = into;
  for (const [name, value] of Object.entries(read)) assert.equal(request[name as keyof typeof request], value, name);
  // Of a picture that the file does not hold.
  assert.equal(ignored, ['Denoising strength: 0.6']);
  assert.is(readWebui(text.replace(', Masked area padding: 16', ''))!.request.inpaintPadding, 32);
});

test('what steers is written in the words of sd-webui-controlnet, and read again', () => {
  const image = { width: 1, height: 1, pixels: new Uint8Array(3) };
  const said = [
    { name: 'canny', preprocess: { type: 'canny', low: 50, high: 120.5 }, weight: 0.6, start: 0.1, end: 0.8 },
    { name: 'line', preprocess: { type: 'invert' }, weight: 1, start: 0, end: 1 },
    { name: 'colors', preprocess: { type: 'color' }, weight: 1, start: 0, end: 1 },
    { name: 'depth', weight: 2, start: 0, end: 1 },
  ] as const;
  const text = webuiText({ ...DRAWN, controls: said.map((one) => ({ ...one, image })), controlGuess: true }, 'm');
  const first =
    'ControlNet 0: "Module: canny, Model: canny, Weight: 0.6, Resize Mode: Just Resize, Threshold A: 50, Threshold B: 120.5, ' +
    'Guidance Start: 0.1, Guidance End: 0.8, Pixel Perfect: True, Control Mode: ControlNet is more important"';
  assert.ok(text.includes(first), text);
  assert.ok(text.includes('ControlNet 2: "Module: t2ia_color_grid, Model: colors,'), text);
  const { controls, ignored } = readWebui(text)!;
  assert.equal([controls, ignored], [{ controls: said, guess: true }, []]);
});

test('of what it writes itself models lose its hashes, and what nobody here does is told', () => {
  const unit = (more: string) =>
    `"Module: ${more}, Weight: 1.0, Processor Res: 512, Threshold A: 100.0, Threshold B: 200.0, Guidance Start: 0.0, Guidance End: 1.0, Pixel Perfect: False`;
  const said = readWebui(
    `x\nSteps: 20, Sampler: Euler, Seed: 3, RNG: CPU, ` +
      `ControlNet 0: ${unit('canny, Model: control_v11p_sd15_canny [d14c016b], Resize Mode: Crop and Resize')}, Control Mode: Balanced", ` +
      `ControlNet 1: ${unit('depth_midas, Model: t2iadapter_depth [a1b2c3d4]')}, Control Mode: My prompt is more important", ` +
      `ControlNet 2: ${unit('reference_only, Model: None')}, Control Mode: Balanced", ControlNet 3: "preprocessor: canny, model: a"`,
  )!;
  const all = { weight: 1, start: 0, end: 1 };
  assert.equal(said.controls, {
    controls: [
      { name: 'control_v11p_sd15_canny', preprocess: { type: 'canny', low: 100, high: 200 }, ...all },
      { name: 't2iadapter_depth', ...all },
    ],
    guess: false,
  });
  assert.equal(
    said.ignored.map((one) => one.replace(/(Model: None|model: a).*$/, '$1')),
    [
      'ControlNet 2: Module: reference_only, Model: None',
      'ControlNet 3: preprocessor: canny, model: a',
      'ControlNet 0: Resize Mode: Crop and Resize',
      'ControlNet 1: Module: depth_midas',
      'Control Mode: Balanced, My prompt is more important',
    ],
  );
});

test('merged tokens are written as there, and read up to what there is to merge', () => {
  const text = webuiText({ ...DRAWN, tokenMergingRatio: 0.5 }, 'm');
  assert.ok(text.includes('Token merging ratio: 0.5, '), text);
  assert.is(readWebui(text)!.request.tokenMergingRatio, 0.5);
  // Its slider goes up to 0.9, of which tomesd merges what can be.
  assert.is(readWebui(text.replace('ratio: 0.5', 'ratio: 0.9'))!.request.tokenMergingRatio, 0.75);
  assert.not(webuiText({ ...DRAWN, tokenMergingRatio: 0 }, 'm').includes('Token'));
});

test('FreeU is written in words of its own, all four or none, and those of others are told', () => {
  const text = webuiText({ ...DRAWN, freeu: [1.5, 1.6, 0.9, 0.2] }, 'm');
  assert.ok(text.includes('FreeU b1: 1.5, FreeU b2: 1.6, FreeU s1: 0.9, FreeU s2: 0.2'), text);
  assert.equal(readWebui(text)!.request.freeu, [1.5, 1.6, 0.9, 0.2]);
  const broken = readWebui(text.replace('s2: 0.2', 's2: low').replace('Steps', 'freeu_enabled: True, Steps'))!;
  assert.is(broken.request.freeu, undefined);
  assert.equal(broken.ignored[0], 'freeu_enabled: True');
  assert.is(broken.ignored.length, 5);
});

test('settings that are no numbers, or name what we do not have, are left out and told', () => {
  const said = readWebui(
    'x\nSteps: many, Sampler: Restart, Schedule type: Karras, CFG scale: -1, Seed: 1e99, Size: 512 x 512, RNG: dice',
  )!;
  assert.equal(said.request, { prompt: 'x', negativePrompt: '', promptStyle: 'a1111', numImages: 1 });
  const told = 'Steps: many|Sampler: Restart|Schedule type: Karras|CFG scale: -1|Seed: 1e99|Size: 512 x 512|RNG: dice';
  assert.is(said.ignored.join('|'), told);
  assert.is(readWebui('only a prompt'), undefined);
});

test.run();
