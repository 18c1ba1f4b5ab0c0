/** One control: which model, by which picture, what of it, how much, and in which part of the steps. */
import type { ControlSummary, InitImage } from '../../workers/api';
import { changeUnit, controlModels, removeUnit } from '../controlShelf';
import type { ControlUnit } from '../controls';
import { encoderOf, encodersFor, lacking, modelOf, modelsAmong } from '../controlUnits';
import { inShape } from '../givenPicture';
import { modelSize, set, settings } from '../state';
import { lateWords } from '../words';
import { Choice } from './Choice';
import { ControlPicture } from './ControlPicture';
import { AddControl, AddControlFolder } from './ControlShelf';
import { IconButton } from './IconButton';
import { NumberField } from './NumberField';

/** Of the steps. */
const PART = { least: 0, most: 1, step: 0.05 };
/** The end lies beyond the start: a step before the one, or after the other. */
const beside = (part: number, steps: number): number =>
  Math.min(PART.most, Math.max(PART.least, Math.round(100 * (part + steps * PART.step)) / 100));

interface Props {
  readonly unit: ControlUnit;
  /** Counted from 1. */
  readonly place: number;
  readonly alone: boolean;
}

export function ControlFields({ unit, place, alone }: Props) {
  const late = lateWords();
  const { id, on, given, model, weight, start, end } = unit;
  const kept = controlModels.value ?? [];
  const chosen = modelOf(unit, kept);
  const likes = chosen?.kind === 'ip-adapter';
  const [missing] = on ? lacking(unit, kept) : [];
  const change = (more: Partial<ControlUnit>): void => changeUnit(id, more);
  return (
    <fieldset class="field control" data-testid="control" data-control={id}>
      <legend class="unseen">{late.controlUnit(place)}</legend>
      <div class="option-row">
        <label class="tick-line option-name">
          <input
            type="checkbox"
            data-testid="control-on"
            checked={on}
            onChange={(event) => change({ on: event.currentTarget.checked })}
          />
          {late.controlUnit(place)}
        </label>
        {!(alone && given.length === 0 && model === null) && (
          <IconButton
            icon="close"
            testid="remove-control"
            label={late.removeControl(place)}
            onClick={() => removeUnit(id)}
          />
        )}
      </div>
      {on && (
        <>
          <ModelChoice {...{ unit, names: modelsAmong(kept).map(({ name }) => name) }} />
          {chosen && likes && <EncoderChoice {...{ unit, chosen, kept }} />}
          <ControlPicture {...{ unit, place, likes }} />
          {missing && (
            <p class="hint" data-testid="control-lacks">
              {late.controlLacking[missing]}
            </p>
          )}
          {missing === 'encoder' && (
            <div class="buttons">
              <AddControl testid="add-encoder" />
              <AddControlFolder testid="add-encoder-folder" />
            </div>
          )}
          {likes ? <p class="hint">{late.controlLikes}</p> : <Preprocessing unit={unit} />}
          <NumberField
            {...{ label: late.controlWeight, name: 'control-weight', value: weight }}
            {...{ least: 0, most: 10, step: 0.05, slider: { least: 0, most: 2 } }}
            onChange={(value) => change({ weight: value })}
          />
          {chosen?.kind !== 'adapter' && (
            <NumberField
              {...{ label: late.controlStart, name: 'control-start', value: start, slider: PART }}
              {...{ ...PART, most: beside(end, -1) }}
              onChange={(value) => change({ start: Math.min(value, beside(end, -1)) })}
            />
          )}
          <NumberField
            {...{ label: late.controlEnd, name: 'control-end', value: end, slider: PART }}
            {...{ ...PART, least: beside(start, 1) }}
            onChange={(value) => change({ end: Math.max(value, beside(start, 1)) })}
          />
        </>
      )}
    </fieldset>
  );
}

const PREPROCESSES = ['none', 'canny', 'invert', 'color'] as const;

function Preprocessing({ unit }: { readonly unit: ControlUnit }) {
  const late = lateWords();
  const { id, given, preprocess } = unit;
  const [followed] = given;
  return (
    <>
      {followed && <Stretched picture={followed.picture} />}
      <Choice
        {...{ legend: late.preprocess, name: `control-${id}-preprocess`, value: preprocess }}
        options={PREPROCESSES.map((value) => ({ value, label: late.preprocesses[value] }))}
        onChange={(value) => changeUnit(id, { preprocess: value })}
      />
      <p class="hint">{late.preprocessHint[preprocess]}</p>
      {preprocess === 'canny' && <Thresholds unit={unit} />}
    </>
  );
}

function ModelChoice({
  unit: { id, model },
  names,
}: {
  readonly unit: ControlUnit;
  readonly names: readonly string[];
}) {
  const late = lateWords();
  const gone = model !== null && !names.includes(model);
  if (names.length === 0 && !gone) {
    return (
      <div class="field">
        <span class="label">{late.controlModel}</span>
        <AddControl testid="first-control" />
      </div>
    );
  }
  return (
    <label class="field">
      <span class="label">{late.controlModel}</span>
      <select
        data-testid="control-model"
        value={model ?? ''}
        onChange={(event) => changeUnit(id, { model: event.currentTarget.value || null })}
      >
        <option value="">{late.noControlModel}</option>
        {gone && <option value={model}>{late.controlGone(model)}</option>}
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Of those that could see for an IP-Adapter the one that does, where there are several. */
function EncoderChoice({ unit, chosen, kept }: EncoderProps) {
  const fitting = encodersFor(chosen, kept);
  if (fitting.length < 2) return null;
  return (
    <label class="field">
      <span class="label">{lateWords().imageEncoder}</span>
      <select
        data-testid="control-encoder"
        value={encoderOf(unit, kept)!.name}
        onChange={(event) => changeUnit(unit.id, { encoder: event.currentTarget.value })}
      >
        {fitting.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

interface EncoderProps {
  readonly unit: ControlUnit;
  readonly chosen: ControlSummary;
  readonly kept: readonly ControlSummary[];
}

/** Of OpenCV; slopes of pictures that are photographs seldom go beyond 500. */
const MOST_SLOPE = 2040;

function Thresholds({ unit: { id, low, high } }: { readonly unit: ControlUnit }) {
  const late = lateWords();
  const range = { least: 0, most: MOST_SLOPE, slider: { least: 0, most: 500 } };
  return (
    <>
      <NumberField
        {...{ ...range, label: late.cannyLow, name: 'canny-low', value: low }}
        onChange={(value) => changeUnit(id, { low: value, high: Math.max(value, high) })}
      />
      <NumberField
        {...{ ...range, label: late.cannyHigh, name: 'canny-high', value: high }}
        onChange={(value) => changeUnit(id, { high: value, low: Math.min(value, low) })}
      />
    </>
  );
}

/** Sides that differ by less are seen by nobody. */
const ALIKE = 0.03;

/** As on the command a picture is brought to the size that is drawn, whatever its shape: said, with a way to draw in its own. */
function Stretched({ picture }: { readonly picture: InitImage }) {
  const late = lateWords();
  const { width, height } = settings.value.size ?? modelSize();
  if (Math.abs(Math.log(((picture.width / picture.height) * height) / width)) < ALIKE) return null;
  const own = inShape(picture, modelSize());
  if (own.width === width && own.height === height) return null;
  return (
    <div class="buttons">
      <p class="hint">{late.controlStretched(width, height)}</p>
      <button type="button" data-testid="control-shape" onClick={() => set({ size: own })}>
        {late.controlShape(own.width, own.height)}
      </button>
    </div>
  );
}
