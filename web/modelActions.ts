/** What a person can do about models: bring in, use, check, take out, throw away and have back. */
import type { ImportOptions, ModelSummary, PickedFile, RemoteModel } from '../workers/api';
import { arriving } from './arriving';
import { isHosts } from './backends';
import { asFailure, engine, shelf } from './engines';
import { abortJob, type JobEvent, runAgain, runJob, type Stops } from './jobRunner';
import type { Job, JobOrder } from './jobs';
import { saveBlob } from './keep';
import { leftOver } from './leftOver';
import { onceMore } from './onceMore';
import { takeOptions } from './openOptions';
import { isDemo, modelInUse, modelsAtHand, set, settings, state, tell } from './state';

/** Asks the shelf; what goes wrong is told. */
export async function asked<T>(question: Promise<T>): Promise<T | undefined> {
  try {
    return await question;
  } catch (thrown) {
    tell({ type: 'problem', problem: { during: 'models', failure: asFailure(thrown) } });
    return undefined;
  }
}

export async function learnModels(): Promise<readonly ModelSummary[] | undefined> {
  const models = await asked(shelf.models());
  if (models) tell({ type: 'learned', models });
  void nameHostsModels();
  return models;
}

/** A host's models go by the names of those that are here: where others are here, it is asked anew. */
const nameHostsModels = onceMore(async () => {
  if (state.value.host) await learnHost();
});

/** Asks the host what it has. One that is gone has nothing: a drawing that wanted it says why. */
export async function learnHost(): Promise<void> {
  const host = await engine.host().catch(() => undefined);
  tell({ type: 'learned', host });
  const { models, modelId: used, drawing } = state.value;
  // What was deleted there is nobody's any more; where nobody answers, it may come back.
  if (host && isHosts(used) && !modelInUse() && !drawing) {
    const next = models.find(isDemo) ?? models[0];
    if (next) useModel(next.id);
  }
  const { modelId } = settings.value;
  if (isHosts(modelId) && modelsAtHand().some(({ id }) => id === modelId) && !state.value.drawing) {
    tell({ type: 'use-model', id: modelId! });
  }
}

export async function learnStorage(): Promise<void> {
  const storage = await asked(shelf.storage());
  if (storage) tell({ type: 'learned', storage });
}

export async function learnWeightForms(): Promise<void> {
  const weightForms = await asked(shelf.weightForms());
  if (weightForms) tell({ type: 'learned', weightForms });
}

export function useModel(id: string): void {
  tell({ type: 'use-model', id });
  // A size made for one model is rarely right for another.
  if (id !== settings.value.modelId) set({ modelId: id, size: null });
}

function bring(order: Omit<JobOrder, 'id'>, open: (stops: Stops) => AsyncIterable<JobEvent>): Promise<void> {
  let begun = false;
  const on = (event: JobEvent): void => {
    // The reducer decides whether a model that came in is used; the settings follow.
    if (event.type === 'imported' && state.value.modelId === event.model.id) useModel(event.model.id);
    if (event.type === 'imported') void nameHostsModels();
    // What was left over by an earlier visit and goes on now is left over no more.
    if (event.type === 'converting' && !begun) void learnStorage();
    begun ||= event.type === 'converting';
  };
  return arriving.add(runJob({ order, open, on }).then(learnStorage));
}

export async function bringDemo(): Promise<void> {
  if (state.value.jobs.some(({ kind }) => kind === 'demo')) return;
  await bring({ kind: 'demo', name: '' }, ({ abort }) => shelf.openDemo(abort));
}

/** In place of a damaged copy, a fresh one. */
export async function renewDemo(damaged: string): Promise<void> {
  await asked(shelf.deleteModel(damaged));
  await leave(damaged);
  await bringDemo();
}

/** Opens a file, or the files of a folder. */
export function openPicked(files: readonly PickedFile[], options: ImportOptions): void {
  askToPersist();
  const name = files[0]?.path.split('/')[0] ?? '';
  void bring({ kind: 'picked', name }, ({ abort }) => shelf.importModel(files, options, abort));
}

export function download(model: RemoteModel): void {
  askToPersist();
  const options = takeOptions();
  void bring({ kind: 'download', name: model.name, remote: model }, ({ abort, pause }) =>
    shelf.download(model, options, abort, pause),
  );
}

export const tryAgain = (id: number): void => void arriving.add(runAgain(id).then(learnStorage));

/** What the browser could not read for somebody who picked it. */
export const unreadable = (error: unknown): void =>
  tell({
    type: 'problem',
    problem: { during: 'models', failure: { code: 'internal', message: `internal: ${error}` } },
  });

let persistAsked = false;

/** A stored gigabyte should survive a full disk. Asked once, with the first model of one's own: some browsers ask the person. */
function askToPersist(): void {
  if (persistAsked || !state.value.models.every(isDemo)) return;
  persistAsked = true;
  void navigator.storage?.persist?.().then(learnStorage);
}

/** A running job is stopped; a paused one is forgotten, with what it has kept. */
export async function cancelJob({ id, phase, remote }: Job): Promise<void> {
  if (phase !== 'paused') return abortJob(id);
  tell({ type: 'job-gone', id });
  const kept = state.value.storage?.freeable.find((one) => one.remote?.urls[0] === remote?.urls[0]);
  if (kept) await asked(shelf.freeUp(kept.key));
  await learnStorage();
}

export const verifyModel = ({ id }: ModelSummary, name: string): Promise<void> =>
  runJob({ order: { kind: 'verify', name, modelId: id }, open: ({ abort }) => shelf.verify(id, abort) });

export const exportModel = ({ id }: ModelSummary, name: string): Promise<void> =>
  runJob({
    order: { kind: 'export', name, modelId: id },
    open: ({ abort }) => shelf.exportModel(id, abort),
    on: (event) => event.type === 'exported' && saveBlob(event.file, `${event.name}.safetensors`),
  });

export async function renameModel(id: string, name: string): Promise<void> {
  await asked(shelf.renameModel(id, name));
  await learnModels();
}

/** Thrown away, to be had back for a while. `byKeyboard`: the way back gets the focus. */
export async function deleteModel({ id }: ModelSummary, name: string, byKeyboard = false): Promise<void> {
  const used = state.value.modelId === id;
  const said = { type: 'toast', toast: { type: 'deleted', id, name, used, byKeyboard } } as const;
  await asked(shelf.discardModel(id).then(() => tell(said)));
  await leave(id);
}

/** `use`: as it was. */
export async function undoDelete(id: string, use = false): Promise<void> {
  tell({ type: 'toast', toast: undefined });
  const model = await asked(shelf.restoreModel(id));
  await learnModels();
  if (model && !state.value.drawing && (use || !state.value.modelId)) useModel(id);
  await learnStorage();
}

/** Another model, where the one that was used is gone. */
async function leave(id: string): Promise<void> {
  const models = (await learnModels()) ?? [];
  if (state.value.modelId === id && !models.some((model) => model.id === id)) {
    const next = models.find(isDemo) ?? models[0];
    if (next) useModel(next.id);
    else tell({ type: 'use-model', id: undefined });
  }
  await learnStorage();
}

/** Gives up everything that is left over, or the one thing with this key. */
export async function freeUp(only?: string): Promise<void> {
  const freed = leftOver(state.value).filter(({ key }) => only === undefined || key === only);
  for (const { key } of freed) await asked(shelf.freeUp(key));
  const bytes = freed.reduce((sum, one) => sum + one.bytes, 0);
  if (bytes > 0) tell({ type: 'toast', toast: { type: 'freed', bytes } });
  await learnStorage();
}
