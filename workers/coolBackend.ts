/** A backend of the page's own: beside a host that knows how hot the device is, one that rests as the host does. */
import { later } from '../models/later';
import type { OwnBackendName } from './api';
import type { Backend } from './backend/backend';
import { backend } from './backend/choose';
import { hasNeighbor, lastStatus, neighbor } from './neighbor';
import type { Clock } from './paced';

export async function coolBackend(name: OwnBackendName, wait: Clock['wait']): Promise<Backend> {
  const own = await backend(name);
  if (!hasNeighbor()) return own;
  const { paced } = await later(import('./drawHosted'));
  const status = () =>
    neighbor().then(
      (answered) => answered.status,
      () => undefined,
    );
  return paced(own, { last: lastStatus, now: status }, { now: () => performance.now(), wait });
}
