/** Says what of the LoRAs was left out, and how much. */

const SHOWN = 3;

/** The first of `names` and how many more there are. */
export const firstFew = (names: readonly string[]): string =>
  names.length > SHOWN ? `${names.slice(0, SHOWN).join(', ')}, and ${names.length - SHOWN} more` : names.join(', ');

/** One line for a terminal; `undefined` where nothing was left out. */
export const ignoredNote = ({ ignored = [] }: { readonly ignored?: readonly string[] }): string | undefined =>
  ignored.length === 0
    ? undefined
    : `note: left out ${ignored.length} of the LoRA's parts, which no layer of this model answers to: ${firstFew(ignored)}`;
