/** What a person can do about pictures: each action talks to the engine and tells the reducer what came of it. */
import type { ImageEvent, ModelSummary } from '../workers/api';
import { arriving } from './arriving';
import { isHosts } from './backends';
import { listenForHost, lookAgain } from './bridge';
import { controlsAsked } from './controls';
import { beginWatch, endWatch, reached } from './crash';
import { embeddingsAsked } from './embeddings';
import { asFailure, engine } from './engines';
import { initFor } from './initPicture';
import { warmUp } from './lateParts';
import { bringDemo, learnHost, learnModels, learnStorage, learnWeightForms, useModel } from './modelActions';
import { placeOf } from './placeOf';
import { fitting, randomSeed, toRequest } from './settings';
import { backendInUse, isDemo, modelInUse, set, settings, state, tell } from './state';
import { tinyVaeAsked } from './tinyVae';

let drawing: AbortController | undefined;

/** First light: which models and backends there are, and the demo model where no other was in use. */
export async function start(): Promise<void> {
  const told = new Promise<void>((resolve) => listenForHost(() => void learnHost().then(resolve)));
  void learnBackends();
  const first = arriving.add(chooseModel(told));
  await first;
  await Promise.all([learnStorage(), learnWeightForms()]);
}

export const learnBackends = (): Promise<void> =>
  engine.backends().then(
    (backends) => tell({ type: 'learned', backends }),
    (thrown) => tell({ type: 'problem', problem: { during: 'models', failure: asFailure(thrown) } }),
  );

/** A host that had the model of the last visit tells of it within this, if it is there. */
const HOST_MILLISECONDS = 3_000;

async function chooseModel(told: Promise<void>): Promise<void> {
  const models = await learnModels();
  if (isHosts(settings.value.modelId)) {
    await Promise.race([told, new Promise((resolve) => setTimeout(resolve, HOST_MILLISECONDS))]);
    if (modelInUse()) return;
  }
  const kept = models?.find(({ id }) => id === settings.value.modelId);
  // The demo model is opened by name, not by id, so that a newer one replaces the stored one.
  if (kept && !isDemo(kept)) useModel(kept.id);
  else if (models) void bringDemo();
}

/** Draws what is set. While no model is there yet, waits for one that is on its way. */
export async function draw(): Promise<void> {
  if (drawing) return;
  const { keepSeed, keepSubseed, sampling } = settings.value;
  if (!keepSeed) set({ seed: randomSeed() });
  if (sampling.subseedStrength && !(keepSubseed && sampling.subseed !== undefined))
    set({ sampling: { ...sampling, subseed: randomSeed() } });
  // Not another model in its place.
  if (isHosts(state.value.modelId) && !modelInUse()) {
    const failure = { code: 'host-lost', message: 'host-lost' } as const;
    tell({ type: 'problem', problem: { during: 'draw', failure } });
    return lookAgain();
  }
  if (!modelInUse() && arriving.count === 0) void bringDemo();
  drawing = new AbortController();
  const { signal } = drawing;
  announce(modelInUse());
  // To save the picture, whatever becomes of the network meanwhile.
  warmUp();
  try {
    while (!modelInUse() && arriving.count > 0 && !signal.aborted)
      await Promise.race([arriving.next(), aborted(signal)]);
    const model = modelInUse();
    if (signal.aborted || !model) return giveUp(signal.aborted);
    announce(model);
    await follow(model, signal);
  } finally {
    drawing = undefined;
    endWatch();
  }
}

/** Puts the request on show: once at the click, and again with the right size when the model is known. */
function announce(model: ModelSummary | undefined): void {
  const plain = toRequest(settings.value, model ?? { width: 256, height: 256 });
  const more = { ...embeddingsAsked(), ...tinyVaeAsked(), ...controlsAsked(), ...initFor(plain) };
  const request = fitting({ ...plain, ...more });
  tell({ type: 'draw', request, modelName: model?.name ?? '', backend: backendInUse() });
}

const HOST_TROUBLE: readonly string[] = ['host-lost', 'host-silent', 'bad-host'];

async function follow(model: ModelSummary, signal: AbortSignal): Promise<void> {
  const { request, backend } = state.value.drawing!;
  beginWatch(request, settings.value);
  for await (const event of engine.draw(model.id, backend, request, signal)) {
    tell({ type: 'image', event });
    const { drawing: now } = state.value;
    if (event.type === 'step' && now) reached(placeOf(request, now.image).at * request.steps + now.step);
    // What the host said of itself is no longer true.
    if (event.type === 'fallen' || (event.type === 'failed' && HOST_TROUBLE.includes(event.code))) lookAgain();
  }
}

/** No model came: its job has said why, unless the person stopped it all. */
function giveUp(byChoice: boolean): void {
  const { problem } = state.value;
  const failure: ImageEvent = { type: 'failed', code: 'aborted', message: 'aborted' };
  tell({ type: 'image', event: failure });
  if (!byChoice && problem) tell({ type: 'problem', problem });
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

export function cancelDrawing(): void {
  tell({ type: 'abort' });
  drawing?.abort();
}
