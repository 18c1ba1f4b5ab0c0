/** Something that is folded away, and made when it is first unfolded. */
import type { ComponentType } from 'preact';
import { useState } from 'preact/hooks';

interface Props {
  readonly summary: string;
  readonly testid: string;
  readonly inside: ComponentType;
}

export function Fold({ summary, testid, inside: Inside }: Props) {
  const [made, setMade] = useState(false);
  return (
    <details class="fold" data-testid={testid} onToggle={(event) => event.currentTarget.open && setMade(true)}>
      <summary>{summary}</summary>
      {made && <Inside />}
    </details>
  );
}
