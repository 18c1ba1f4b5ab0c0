/** How far, and how long still. */
interface Props {
  readonly label: string;
  /** 0 to 1. */
  readonly done: number;
  readonly note: string;
}

export function ProgressBar({ label, done, note }: Props) {
  const percent = Math.round(100 * Math.min(Math.max(done, 0), 1));
  return (
    <div class="progress">
      <div class="progress-words">
        <span data-testid="phase">{label}</span>
        <span data-testid="time-left">{note}</span>
      </div>
      <div
        class="bar"
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        data-testid="progress"
      >
        <div class="bar-done" style={{ transform: `scaleX(${percent / 100})` }} />
      </div>
    </div>
  );
}
