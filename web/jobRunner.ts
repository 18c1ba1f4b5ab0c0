/** Runs jobs, several at once; each can be stopped, and begun again where that makes sense. */
import type { ImportEvent, ReadEvent } from '../workers/api';
import type { JobOrder } from './jobs';
import { state, tell } from './state';

export type JobEvent = ImportEvent | ReadEvent;

/** How a job is stopped. */
export interface Stops {
  readonly abort: AbortSignal;
  readonly pause: AbortSignal;
}

interface Recipe {
  readonly order: Omit<JobOrder, 'id'>;
  readonly open: (stops: Stops) => AsyncIterable<JobEvent>;
  /** Called with each of its events, after the reducer was told. */
  readonly on?: (event: JobEvent) => void;
}

interface Running {
  readonly abort: AbortController;
  readonly pause: AbortController;
}

const running = new Map<number, Running>();
/** Of jobs that run, are paused, or failed last. */
const recipes = new Map<number, Recipe>();
let lastId = 0;

/** Resolves when the job is over or paused. Never rejects. */
export async function runJob(recipe: Recipe, id: number = ++lastId): Promise<void> {
  const stops: Running = { abort: new AbortController(), pause: new AbortController() };
  running.set(id, stops);
  recipes.set(id, recipe);
  tell({ type: 'job', order: { ...recipe.order, id } });
  for await (const event of recipe.open({ abort: stops.abort.signal, pause: stops.pause.signal })) {
    tell({ type: 'job-event', id, event });
    recipe.on?.(event);
  }
  running.delete(id);
  const { jobs, problem } = state.value;
  const known = [...jobs, problem?.job].map((job) => job?.id);
  for (const old of recipes.keys()) if (!known.includes(old)) recipes.delete(old);
}

export const pauseJob = (id: number): void => stop(id, 'pause');

/** Runs a paused or failed job again; nothing where it is not known any more. */
export async function runAgain(id: number): Promise<void> {
  const recipe = recipes.get(id);
  if (recipe && !running.has(id)) await runJob(recipe, id);
}

export const abortJob = (id: number): void => stop(id, 'abort');

function stop(id: number, how: 'abort' | 'pause'): void {
  tell({ type: 'job-stop', id, how });
  running.get(id)?.[how].abort();
}
