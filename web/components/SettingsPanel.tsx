/** How to draw. Folded away on a phone, where its summary line still says what is set. */
import type { SchedulerName, SigmaSpacing } from '../../workers/api';
import { controlsAsked } from '../controls';
import { hasSigmas, SCHEDULERS, SIGMAS, wantsFewSteps } from '../schedulers';
import { modelSize, resetSettings, set, settings } from '../state';
import { words } from '../words';
import { BackendField } from './BackendField';
import { Fold } from './Fold';
import { FromPicture } from './FromPicture';
import {
  ControlPanel,
  FewSteps,
  InitPicture,
  LoraShelf,
  MoreOptions,
  NoiseOptions,
  PromptOptions,
  TinyVaeOptions,
  UnusualRows,
} from './Late';
import { MemoryField } from './MemoryField';
import { NumberField } from './NumberField';
import { SeedField } from './SeedField';
import { SizeField } from './SizeField';

const wide = matchMedia('(min-width: 60rem)').matches;

export function SettingsPanel() {
  const said = words();
  const { steps, guidanceScale, scheduler, sigmas, numImages, sampling, extra, loras } = settings.value;
  const { controls = [], ipAdapters = [] } = controlsAsked();
  return (
    <details class="panel" open={wide} data-testid="settings">
      <summary>
        <h2>{said.settings}</h2>
        <Summary />
      </summary>
      <div class="fields">
        <NumberField
          {...{ label: said.steps, hint: said.stepsHint, name: 'steps', value: steps }}
          {...{ least: 1, most: 1000, slider: { least: 1, most: 50 } }}
          onChange={(value) => set({ steps: value })}
        />
        <NumberField
          {...{ label: said.guidance, hint: said.guidanceHint, name: 'guidance', value: guidanceScale }}
          {...{ least: 0, most: 100, step: 0.5, slider: { least: 0, most: 20 } }}
          onChange={(value) => set({ guidanceScale: value })}
        />
        <Fold summary={said.initPicture} testid="init-picture" inside={InitPicture} />
        <Fold summary={loras.length > 0 ? `LoRA · ${loras.length}` : 'LoRA'} testid="loras" inside={LoraShelf} />
        <Fold summary={said.control(controls.length + ipAdapters.length)} testid="controls" inside={ControlPanel} />
        <SizeField />
        <SeedField />
        <div class="pair">
          <label class="field">
            <span class="label">{said.scheduler}</span>
            <select
              data-testid="scheduler"
              value={scheduler}
              onChange={(event) => set({ scheduler: event.currentTarget.value as SchedulerName })}
            >
              {Object.entries(SCHEDULERS).map(([kind, labels]) => (
                <optgroup key={kind} label={said.schedulerKinds[kind as keyof typeof SCHEDULERS]}>
                  <Options labels={labels} />
                </optgroup>
              ))}
            </select>
          </label>
          {hasSigmas(scheduler) && (
            <label class="field">
              <span class="label">{said.sigmas}</span>
              <select
                data-testid="sigmas"
                value={sigmas}
                onChange={(event) => set({ sigmas: event.currentTarget.value as SigmaSpacing })}
              >
                <Options labels={{ ...SIGMAS, model: said.modelsOwn }} />
              </select>
            </label>
          )}
          <NumberField
            {...{ label: said.numImages, name: 'num-images', value: numImages, least: 1, most: 64 }}
            onChange={(value) => set({ numImages: value })}
          />
        </div>
        {wantsFewSteps(settings.value) && <FewSteps />}
        <Fold summary={said.noise} testid="noise" inside={NoiseOptions} />
        {hasAny(sampling) && <UnusualRows group="noise" />}
        <BackendField />
        <MemoryField />
        <Fold summary={said.decoder} testid="tiny-vae-options" inside={TinyVaeOptions} />
        <Fold summary={said.promptOptions} testid="prompt-options" inside={PromptOptions} />
        <Fold summary={said.moreOptions} testid="more-options" inside={MoreOptions} />
        {hasAny(extra) && <UnusualRows group="more" />}
        <FromPicture />
        <button type="button" class="quiet reset" data-testid="reset" onClick={resetSettings}>
          {said.reset}
        </button>
      </div>
    </details>
  );
}

const hasAny = (fields: object): boolean => Object.keys(fields).length > 0;

const Options = ({ labels }: { readonly labels: Readonly<Record<string, string>> }) =>
  Object.entries(labels).map(([name, label]) => (
    <option key={name} value={name}>
      {label}
    </option>
  ));

function Summary() {
  const said = words();
  const { steps, keepSeed, seed, keepSubseed, sampling, size } = settings.value;
  const { width, height } = size ?? modelSize();
  const varied = keepSubseed && sampling.subseedStrength ? sampling.subseed : undefined;
  const seeds = keepSeed ? said.seedOf(seed, varied) : said.newSeedEachTime;
  const parts = [said.stepsShort(steps), `${width} × ${height}`, seeds];
  return <span class="summary">{parts.join(' · ')}</span>;
}
