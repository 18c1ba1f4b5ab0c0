/** What a command's exit code says of a failure; 1 is any other. */
export const EXIT_CODES: Readonly<Record<string, number>> = {
  'bad-argument': 2,
  'bad-image': 2,
  'bad-model': 2,
  'unsupported-model': 2,
  aborted: 130,
};
