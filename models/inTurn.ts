/** Work that must not overlap, by whoever it is asked for. */

/** What does one thing at a time: each begins once those that were asked for before it have ended, well or not. */
export function turns(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}
