import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CodedError } from '../../models/errors';
import { asFailure } from '../../workers/errors';

test('an error says its code, the argument and the numbers', () => {
  const error = new CodedError('bad-argument', { argument: 'width', expected: 'a multiple of 8', got: '100' });
  assert.is(error.message, 'bad-argument: width: expected a multiple of 8, got 100');
});

test('a coded error keeps its code and its numbers when it becomes data', () => {
  const details = { argument: 'steps', expected: '1 to 1000', got: '0' };
  const failure = structuredClone(asFailure(new CodedError('bad-argument', details)));
  assert.equal(failure, { code: 'bad-argument', message: 'bad-argument: steps: expected 1 to 1000, got 0', details });
});

test("the platform's AbortError becomes `aborted`, anything unforeseen `internal`", () => {
  assert.is(asFailure(new DOMException('x', 'AbortError')).code, 'aborted');
  assert.equal(asFailure(new TypeError('no')), { code: 'internal', message: 'internal: TypeError: no' });
  assert.equal(asFailure('text'), { code: 'internal', message: 'internal: text' });
});

test('a failed test that threw one can be printed: uvu takes `details` for lines of text', () => {
  const error: { details?: unknown } & Error = new CodedError('bad-model', { argument: 'x', expected: 'y', got: 'z' });
  assert.is(error.details, undefined);
});

test.run();
