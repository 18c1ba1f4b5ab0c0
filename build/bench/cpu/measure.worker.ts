/** A worker of Chromium that measures one thing, says what it found, and is ended. Checked with the engine's types. */
import { int8Backend } from '../../../workers/backend/int8/int8';
import { browserThreads } from '../../../workers/backend/int8/int8.browser';
import { browserWasmBackend } from '../../../workers/backend/ort.browser';
import { measured } from '../measured';
import type { Answer, Job } from './jobs';
import { measuredLayers } from './layers';
import { profiled } from './profile';

async function answer(job: Job): Promise<Answer[Job['type']]> {
  // As on a machine that has so many: nobody is asked how many threads to use.
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: job.threads });
  if (job.type === 'layers') return measuredLayers(await browserThreads(), job.parts);
  if (job.type === 'profile') return profiled(job.variant, await browserThreads());
  const backend = job.variant.form === 'kernels' ? int8Backend(await browserThreads()) : await browserWasmBackend();
  return measured(job.variant, backend, job.runs, job.threads);
}

self.onmessage = ({ data }: MessageEvent<Job>) => {
  answer(data).then(
    (found) => self.postMessage(found),
    (error) => self.postMessage({ failed: String(error) }),
  );
};
