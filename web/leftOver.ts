/** What can be given up, less what is on the page as a job: a paused download is not left over. */
import type { Freeable } from '../workers/api';
import type { State } from './reducer';

export function leftOver({ storage, jobs }: Pick<State, 'storage' | 'jobs'>): readonly Freeable[] {
  const urls = new Set(jobs.map(({ remote }) => remote?.urls[0]).filter(Boolean));
  return (storage?.freeable ?? []).filter(({ remote }) => !remote || !urls.has(remote.urls[0]));
}
