import { asFailure } from '../../workers/errors';

/** What a reading that is to be refused says, code and numbers; `read` where it was not. */
export const refusal = async (reading: Promise<unknown>): Promise<string> => {
  try {
    await reading;
  } catch (thrown) {
    return asFailure(thrown).message;
  }
  return 'read';
};
