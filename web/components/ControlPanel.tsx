/** Pictures that the next drawing follows or is like: by ControlNets, T2I-adapters and IP-Adapters, as many as one likes; and those models, kept on the device. */
import { useEffect, useRef } from 'preact/hooks';
import { addUnit, controlModels, openControls, setGuess, takeControlPicture } from '../controlShelf';
import { controlMisfit, controls } from '../controls';
import { modelOf } from '../controlUnits';
import { lateWords, words } from '../words';
import { ControlFields } from './ControlFields';
import { ControlShelf, misfitText } from './ControlShelf';
import { Icon } from './Icon';

export function ControlPanel() {
  const late = lateWords();
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => void openControls(), []);
  useEffect(() => listenToPastes(panel.current!), []);
  const { units, guess } = controls.value ?? { units: [], guess: false };
  const misfit = controlMisfit.value;
  // Of what IP-Adapters see nothing is guessed.
  const steers = units.some((unit) => modelOf(unit, controlModels.value ?? [])?.kind !== 'ip-adapter');
  return (
    <div ref={panel} class="fields init" data-testid="control-panel">
      {units.map((unit, i) => (
        <ControlFields key={unit.id} unit={unit} place={i + 1} alone={units.length === 1} />
      ))}
      {misfit && (
        <p class="notice" role="alert" data-testid="control-misfit">
          {misfitText(misfit, words(), late)}
        </p>
      )}
      <div class="buttons">
        <button type="button" data-testid="add-control" onClick={addUnit}>
          <Icon name="add" />
          {late.addControl}
        </button>
      </div>
      {steers && <Guess guess={guess} />}
      <ControlShelf />
    </div>
  );
}

function Guess({ guess }: { readonly guess: boolean }) {
  const late = lateWords();
  return (
    <div>
      <label class="tick-line">
        <input
          type="checkbox"
          data-testid="control-guess"
          checked={guess}
          onChange={(event) => setGuess(event.currentTarget.checked)}
        />
        {late.controlGuess}
      </label>
      <p class="hint">{late.controlGuessHint}</p>
    </div>
  );
}

/** While it is unfolded, a picture that is pasted anywhere is for the control that has the focus, else for one that has none yet, else for the last. */
function listenToPastes(panel: HTMLElement): () => void {
  const paste = (event: ClipboardEvent): void => {
    const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'));
    if (!file || !panel.closest('details')?.open) return;
    event.preventDefault();
    const { units } = controls.value!;
    const focused = document.activeElement?.closest<HTMLElement>('[data-control]')?.dataset.control;
    const unit =
      units.find(({ id }) => `${id}` === focused) ?? units.find(({ given }) => given.length === 0) ?? units.at(-1)!;
    void takeControlPicture(unit.id, file);
  };
  addEventListener('paste', paste);
  return () => removeEventListener('paste', paste);
}
