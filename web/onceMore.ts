/**
 * `work`, one at a time: whoever wants it while it is done has it done once more after that. An answer that is on its way may be
 * from before the last change.
 */
export function onceMore(work: () => Promise<void>): () => Promise<void> {
  let wanted = 0;
  let working: Promise<void> | undefined;
  const all = async (): Promise<void> => {
    for (let done = 0; done !== wanted; ) {
      done = wanted;
      await work();
    }
  };
  return () => {
    wanted += 1;
    working ??= all().finally(() => {
      working = undefined;
    });
    return working;
  };
}
