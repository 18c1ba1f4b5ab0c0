/** Why a number that was typed cannot be: of which field, what is allowed, what was given, and what holds meanwhile. */
import { useEffect, useState } from 'preact/hooks';
import { lateWords } from '../words';

interface Props {
  /** Of the element, by which the field is described. */
  readonly id: string;
  readonly label: string;
  /** The number that holds. */
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly step: number;
  /** What was typed; empty where it is no number at all. */
  readonly text: string;
}

/** Half-typed numbers are no mistakes: the 5 of 512. */
const PATIENCE_MILLISECONDS = 700;

export function NumberFault({ id, label, value, least, most, step, text }: Props) {
  const late = lateWords();
  const [said, setSaid] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSaid(true), PATIENCE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <p id={id} class="fault" role="alert" data-testid="number-fault">
      {said && late.numberFault(label, late.numbers(least, most, step), text, value)}
    </p>
  );
}
