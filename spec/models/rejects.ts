/** Asserts that something is turned away with a code and the numbers. */
import * as assert from 'uvu/assert';
import { CodedError, type ErrorCode } from '../../models/errors';

/** `action` throws or rejects with `code`, and its message contains each of `words`. */
export async function rejects(action: () => unknown, code: ErrorCode, ...words: readonly string[]): Promise<void> {
  let error: unknown;
  try {
    await action();
  } catch (thrown) {
    error = thrown;
  }
  assert.ok(error instanceof CodedError, `expected ${code} with ${words.join(', ')}, got ${String(error)}`);
  assert.is(error.code, code, error.message);
  for (const word of words) assert.ok(error.message.includes(word), `"${word}" in: ${error.message}`);
}
