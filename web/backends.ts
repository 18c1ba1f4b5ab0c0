/** Which ways to compute there are for the picture that is set, and which of them the person's choice comes to. */
import type { BackendName, BackendReport, ModelSummary } from '../workers/api';
import type { State } from './reducer';
import { BACKENDS, type Settings } from './settings';

/** The model in use, and the size that is set. */
export interface Wish {
  readonly modelId: string | undefined;
  /** How its weights are kept, and in how many bytes, where that is known. */
  readonly kept?: Pick<ModelSummary, 'weights' | 'bytes'> | undefined;
  readonly width: number;
  readonly height: number;
  readonly memory?: Settings['memory'];
  /** Of the device, gigabytes, where the browser says. */
  readonly deviceMemory?: number | undefined;
}

export const isHosts = (id: string | null | undefined): boolean => id?.startsWith('host:') === true;

/** All that there may be. Beside a host alone there are two ways to use the CPU. */
export const backendsHere = ({ host }: Pick<State, 'host'>) => BACKENDS.filter((name) => name !== 'native-cpu' || host);

/** Models that lie with the host alone, in the first size that it draws with each. */
export const onlyThere = ({ host }: Pick<State, 'host'>): ModelSummary[] =>
  (host?.models ?? [])
    .filter(({ id }) => isHosts(id))
    .map(({ ways: [{ width, height }], ...model }) => ({ ...model, width, height, origins: ['host'] }));

/** Sizes in which the host draws with this model on `name`. */
export const hostedSizes = ({ host }: Pick<State, 'host'>, name: BackendName, id: string | undefined) =>
  host?.models.filter((model) => model.id === id).flatMap(({ ways }) => ways.filter((way) => way.backend === name)) ??
  [];

/** What is known of `name` for `wish`; nothing, where the engine has yet to say. */
export function reportOn(
  name: BackendName,
  state: Pick<State, 'backends' | 'host'>,
  { modelId, kept, width, height }: Wish,
): Pick<BackendReport, 'available' | 'why'> | undefined {
  if (name === 'wasm' || name === 'wasm-int8' || name === 'webgpu') {
    if (isHosts(modelId)) return NOT('only-there');
    if (name === 'wasm-int8' && kept && kept.weights !== 'int8' && kept.bytes > SOON_ROUNDED)
      return NOT('wider-weights');
    return state.backends.find((report) => report.name === name);
  }
  const report = state.host?.backends.find((one) => one.name === name);
  if (!report?.available) return NOT(report?.why ?? 'no-host');
  const sizes = hostedSizes(state, name, modelId);
  if (sizes.length === 0) return NOT('other-model');
  return sizes.some((way) => way.width === width && way.height === height) ? report : NOT('other-size');
}

/** Bytes of weights that are rounded to eight bits in a moment, however they are kept. */
const SOON_ROUNDED = 64e6;

const NOT = (why: string) => ({ available: false, why });

/**
 * The backend behind a choice that can be had; else, and for `auto`: the NPU; the GPU where there is nothing to say against
 * it; the host's CPU where this page has but one thread, or where the model is only there; the page's own: our kernels where
 * the weights have eight bits anyway, and there is memory to hold them whole. A GPU asked for by name is tried before its
 * test is through: the engine tests it first, and says why where it fails.
 */
export function toBackend(
  choice: Settings['backend'],
  state: Pick<State, 'backends' | 'host'>,
  wish: Wish,
): BackendName {
  const of = (name: BackendName) => reportOn(name, state, wish);
  if (choice !== 'auto' && (of(choice)?.available ?? true)) return choice;
  if (of('npu')?.available) return 'npu';
  const gpu = of('webgpu');
  if (gpu?.available && !gpu.why) return 'webgpu';
  if (isHosts(wish.modelId) || (of('native-cpu')?.available && of('wasm')?.why)) return 'native-cpu';
  return hasRoomForInt8(wish) && of('wasm-int8')?.available ? 'wasm-int8' : 'wasm';
}

/** Pixels that our kernels draw within what any desktop's page may take, the decoder whole; in tiles the picture is another. */
const MOST_PIXELS_OF_INT8 = 512 * 768;
/** Gigabytes of a device of whose memory a page is given enough. Where a browser does not say, there is taken to be, as in all plans. */
const ENOUGH_MEMORY = 8;

function hasRoomForInt8({ kept, width, height, memory = 'auto', deviceMemory = ENOUGH_MEMORY }: Wish): boolean {
  const small = width * height <= MOST_PIXELS_OF_INT8 && deviceMemory >= ENOUGH_MEMORY;
  return kept?.weights === 'int8' && memory !== 'low' && small;
}
