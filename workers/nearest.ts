/** Names that are like a name that somebody mistyped. */

/** At most `most` of `names`, those first that take the fewest changes of a character (Levenshtein 1966) to become `name`, in any case. */
export function nearest(name: string, names: readonly string[], most: number): string[] {
  const far = new Map(names.map((each) => [each, distance(name.toLowerCase(), each.toLowerCase())]));
  return [...names].sort((a, b) => far.get(a)! - far.get(b)!).slice(0, most);
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row.at(-1)!;
}
