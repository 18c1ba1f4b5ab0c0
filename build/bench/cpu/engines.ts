/** Who is measured: our kernels and ONNX Runtime in Chromium, others' programs in Python. Each measures what it can do. */
import type { Variant } from '../variants';
import { type Chromium, openChromium } from './chromium';
import {
  DECODE_512,
  FIRST_512,
  type Figure,
  SHALLOW_512,
  SHALLOW_FIRST_512,
  TEXT,
  UNET_256,
  UNET_512,
} from './figures';
import { litert } from './litert';
import { measuredInPython, type PythonPeer } from './python';

export interface Options {
  readonly threads: number;
  readonly runs: number;
  /** A full-size checkpoint of random weights, for those that read files. */
  readonly checkpoint: () => Promise<string>;
}

export interface Timed {
  readonly figure: Figure;
  /** Milliseconds of each run after the first. */
  readonly runs: readonly number[];
  /** Of the process at most; of what runs in a browser its WebAssembly memory, and what JavaScript takes besides. */
  readonly peakBytes: number;
  /** Of these JavaScript's. */
  readonly javascriptBytes?: number;
  /** What else is worth knowing of it. */
  readonly note?: string;
}

export interface Engine {
  readonly name: string;
  readonly figures: readonly Figure[];
  measure(figures: readonly Figure[], options: Options): AsyncGenerator<Timed>;
}

const inChromium = (
  name: string,
  figures: readonly Figure[],
  form: Variant['form'],
  batch: Variant['batch'] = 1,
): Engine => ({
  name,
  figures,
  async *measure(asked, { threads, runs }) {
    const chromium: Chromium = await openChromium();
    try {
      for (const figure of asked) {
        const measured = await chromium.stage({ ...figure, form, batch }, { threads, runs });
        const { heap, javascriptBytes } = measured;
        const note = `${megabytes(heap)} of WebAssembly memory and ${megabytes(javascriptBytes)} of JavaScript`;
        yield { figure, runs: measured.runs, peakBytes: heap + javascriptBytes, javascriptBytes, note };
      }
    } finally {
      await chromium.close();
    }
  },
});

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

const inPython = (name: string, figures: readonly Figure[], peer: PythonPeer): Engine => ({
  name,
  figures,
  measure: (asked, options) => measuredInPython(peer, asked, options),
});

const ALL = [TEXT, UNET_256, UNET_512, DECODE_512];

/** Of our kernels. */
export const OWN: readonly Figure[] = [...ALL, FIRST_512, SHALLOW_512, SHALLOW_FIRST_512];

/** In the order in which they take turns. */
export const ENGINES: readonly Engine[] = [
  inChromium('kernels', OWN, 'kernels'),
  inChromium('kernels_guided', [UNET_256, UNET_512, FIRST_512], 'kernels', 2),
  inChromium('ortweb', ALL, 'int8'),
  inChromium('ortweb_f32', [DECODE_512], 'torch'),
  litert,
  inPython('torch_bf16', [UNET_256, UNET_512, DECODE_512], { script: 'torch_bf16.py' }),
  inPython('openvino', [UNET_256, UNET_512, DECODE_512], { script: 'openvino_bf16.py' }),
  inPython('sdcpp', ALL, { script: 'sd_cpp.py', checkpoint: true }),
];
