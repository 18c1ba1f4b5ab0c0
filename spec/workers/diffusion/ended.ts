/** Runs an async generator to its end, for specs that want only what it returns. */
export async function ended<T>(run: AsyncGenerator<unknown, T>): Promise<T> {
  let turn = await run.next();
  while (!turn.done) turn = await run.next();
  return turn.value;
}
