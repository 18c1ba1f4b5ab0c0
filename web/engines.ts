/**
 * Two engines: one draws, one minds the shelf. So a model can come in, be checked or be deleted while another draws,
 * and a drawing that runs out of memory takes no import with it. They meet in the store, as two tabs would.
 */
import type { Failure } from '../workers/api';
import { introduced } from './bridge';
import { createEngine, EngineFailure } from './engine';

/** The page's own `?store=idb|opfs` says where the engine keeps networks (workers/store/browserStore.ts). */
const spawn = (): Worker =>
  new Worker(new URL(`engine.worker.js${location.search}`, document.baseURI), { type: 'module' });

export const engine = createEngine(() => introduced(spawn()), { locks: navigator.locks });
export const shelf = createEngine(spawn, { locks: navigator.locks });

export const asFailure = (thrown: unknown): Failure =>
  thrown instanceof EngineFailure ? thrown.failure : { code: 'internal', message: `internal: ${String(thrown)}` };
