/** Our own kernels in Node, without helpers. */
import { nodeForm } from '../../../../workers/backend/int8/int8.node';
import type { KernelForm } from '../../../../workers/backend/int8/kernels';
import { bytesOf, WORDS } from '../../../../workers/backend/int8/numbers';
import { type Threads, threadsOf } from '../../../../workers/backend/int8/threads';

/** One thread; activations have seven bits where they are bytes, which all machines multiply, unless others are asked for. */
export async function oneThread(
  form: KernelForm,
  numbers = form === 'words' ? WORDS : bytesOf(127, 0),
): Promise<Threads> {
  const { module } = (await nodeForm(form))!;
  return threadsOf({ form, module, numbers }, true);
}
