/** What a host has, as the page is told of it, and drawing with it. */
import type { HostBackendName, HostedWay, HostReport, ImageRequest } from './api';
import type { Answered } from './backend/bridge/hostLink';
import type { HostModel, HostStatus } from './backend/bridge/status';
import { CodedError } from './errors';
import { hostedParts } from './model.hosted';
import type { Parts } from './openStage';

const HOST_BACKENDS = ['npu', 'native-cpu'] as const satisfies readonly HostBackendName[];

/** `stored`: ids of the models that the page has itself. */
export function hostReport({ backends, models }: HostStatus, stored: ReadonlySet<string>): HostReport {
  return {
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
 * How the host draws pictures of this size with the model that the page knows as `id`. Rejects with `backend-unavailable`,
 * which names the sizes that it has; as `hostedParts` does.
 */
export function hostedDrawing(
  { client, status }: Answered,
  id: string,
  name: HostBackendName,
  { width, height }: Pick<ImageRequest, 'width' | 'height'>,
  stored: ReadonlySet<string>,
): Promise<Parts> {
  const candidates = status.models.filter((model) => idOf(model, stored) === id);
  const ways = (model: HostModel): HostedWay[] => waysOf(model).filter(({ backend }) => backend === name);
  const offered = candidates.find((model) => ways(model).some((way) => way.width === width && way.height === height));
  if (offered) return hostedParts(client, offered, name);
  const sizes = candidates.flatMap(ways).map((way) => `${way.width} x ${way.height}`);
  const expected = sizes.length > 0 ? `a picture of ${sizes.join(', ')}` : 'a model that the host has';
  throw new CodedError('backend-unavailable', { argument: name, expected, got: `${width} x ${height}` });
}

const idOf = ({ id, model }: HostModel, stored: ReadonlySet<string>): string =>
  id !== undefined && stored.has(id) ? id : `host:${model}`;

/** The UNet decides: what else the host lacks, the page computes. */
const waysOf = ({ stages }: HostModel): HostedWay[] =>
  stages.flatMap(({ stage, batch, width, height, backends }) =>
    stage === 'unet' && batch === 1 && width !== undefined && height !== undefined
      ? backends.map((backend) => ({ backend, width, height }))
      : [],
  );
