/** Samplers of models for few steps, set to many: what they want, by one press. */
import { set } from '../state';
import { lateWords } from '../words';

const FEW = { steps: 6, guidanceScale: 1 } as const;

export function FewSteps() {
  const late = lateWords();
  return (
    <p class="hint">
      {late.fewSteps}{' '}
      <button type="button" class="quiet" data-testid="few-steps" onClick={() => set(FEW)}>
        {late.setFewSteps(FEW.steps, FEW.guidanceScale)}
      </button>
    </p>
  );
}
