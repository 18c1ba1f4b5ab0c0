/** What can be given up, less what is on the page as a job: a paused download is not left over. */
import type { Freeable } from '../workers/api';
import type { State } from './reducer';

/** What an earlier visit left half done. A download that was being converted is one thing, not two. */
export function interrupted(state: Pick<State, 'storage' | 'jobs'>): readonly Freeable[] {
  const all = leftOver(state).filter(({ kind }) => kind !== 'discarded');
  const urls = all.flatMap(({ kind, remote }) => (kind === 'download' ? (remote?.urls[0] ?? []) : []));
  return all.filter(({ kind, remote }) => kind === 'download' || !remote || !urls.includes(remote.urls[0]!));
}

export function leftOver({ storage, jobs }: Pick<State, 'storage' | 'jobs'>): readonly Freeable[] {
  const urls = new Set(jobs.map(({ remote }) => remote?.urls[0]).filter(Boolean));
  return (storage?.freeable ?? []).filter(({ remote }) => !remote || !urls.has(remote.urls[0]));
}
