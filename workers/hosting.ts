/** What a host has, as the page is told of it and as a drawing chooses of it. */
import type { HostBackendName, HostedWay, HostReport, ImageRequest } from './api';
import type { HostModel, HostStatus } from './backend/bridge/status';
import { CodedError } from './errors';

const HOST_BACKENDS = ['npu', 'native-cpu'] as const satisfies readonly HostBackendName[];

/** `stored`: ids of the models that the page has itself. */
export function hostReport({ backends, models, ...told }: HostStatus, stored: ReadonlySet<string>): HostReport {
  return {
    heat: heatOf(told),
    backends: HOST_BACKENDS.map((name) => {
      const { available, why, threads = 1 } = backends[name];
      return { name, available, why, threads };
    }),
    models: models.flatMap((model) => {
      const [first, ...more] = waysOf(model);
      return first ? { id: idOf(model, stored), name: model.name, bytes: model.bytes, ways: [first, ...more] } : [];
    }),
  };
}

/**
 * The host's model with which `name` draws pictures of this size, of those that the page knows as `id`. Throws
 * `backend-unavailable`, which names the reason, or the sizes that there are; `too-hot`.
 */
export function offered(
  { backends, models, thermal }: HostStatus,
  id: string,
  name: HostBackendName,
  { width, height }: Pick<ImageRequest, 'width' | 'height'>,
  stored: ReadonlySet<string>,
): HostModel {
  const { available, why } = backends[name];
  if (why === 'too-hot') throw new CodedError('too-hot', { argument: name, expected: 'below critical', got: thermal });
  if (!available) throw unavailable(name, 'to be available', why);
  // A model may have come into the page's store since it was chosen.
  const candidates = models.filter((model) => idOf(model, stored) === id || `host:${model.model}` === id);
  const ways = (model: HostModel): HostedWay[] => waysOf(model).filter(({ backend }) => backend === name);
  const fitting = candidates.filter((model) => ways(model).some((way) => way.width === width && way.height === height));
  // What was made for NPUs a CPU can compute too, slower than what was made for it.
  const [first] = fitting.sort((a, b) => Number(suits(b, name)) - Number(suits(a, name)));
  if (first) return first;
  const sizes = candidates.flatMap(ways).map((way) => `${way.width} x ${way.height}`);
  const expected = sizes.length > 0 ? `a picture of ${sizes.join(', ')}` : 'a model that the host has';
  throw unavailable(name, expected, `${width} x ${height}`);
}

/** From `critical` on the host refuses to compute (PROTOCOL.md, section 5). */
const TOO_HOT: readonly string[] = ['critical', 'emergency', 'shutdown'];

/** What the device's temperature does to drawings. */
export function heatOf({
  thermal,
  dutyPercent = 100,
}: Pick<HostStatus, 'thermal' | 'dutyPercent'>): HostReport['heat'] {
  if (TOO_HOT.includes(thermal)) return 'stopped';
  return dutyPercent < 100 ? 'slowed' : 'none';
}

const suits = ({ form }: HostModel, name: HostBackendName): boolean => (form === 'npu') === (name === 'npu');

const unavailable = (argument: string, expected: string, got: string): CodedError =>
  new CodedError('backend-unavailable', { argument, expected, got });

const idOf = ({ id, model }: HostModel, stored: ReadonlySet<string>): string =>
  id !== undefined && stored.has(id) ? id : `host:${model}`;

/** The UNet decides: what else the host lacks, the page computes. */
const waysOf = ({ stages }: HostModel): HostedWay[] =>
  stages.flatMap(({ stage, batch, width, height, backends }) =>
    stage === 'unet' && batch === 1 && width !== undefined && height !== undefined
      ? backends.map((backend) => ({ backend, width, height }))
      : [],
  );
