/** What can go wrong on the way of a file, told apart by whether trying again can help. */
import { CodedError } from '../errors';

/** A mirror did not deliver. `final`: asking this one again is of no use. */
export class MirrorFailure extends Error {
  override readonly name = 'MirrorFailure';

  constructor(
    readonly url: string,
    readonly got: string,
    readonly final: boolean,
    readonly expected = 'the file',
  ) {
    super(`${url}: ${got}`);
  }

  asCoded(): CodedError {
    const { url, expected, got } = this;
    return new CodedError('download-failed', { argument: url, expected, got }, { cause: this });
  }
}

/** Browsers do not tell a page whether a server forbade the answer or never gave one. */
export const UNREACHABLE = 'blocked by the server (CORS) or network';
