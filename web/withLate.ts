/** What is done by what comes late (late.ts). */
import { bringLateParts, notFetched } from './lateParts';
import { tell } from './state';

type Parts = Awaited<ReturnType<typeof bringLateParts>>;

/** Does `work` with it; where it does not come, that is told. */
export const withLate = (work: (parts: Parts) => void | Promise<void>): Promise<void> =>
  bringLateParts().then(work, (thrown: unknown) =>
    tell({ type: 'problem', problem: { during: 'models', failure: notFetched(thrown) } }),
  );
