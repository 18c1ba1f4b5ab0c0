/** Merged or changed on the way in: LoRAs, another VAE, what the network predicts, how its weights are held. */
import type { PickedFile } from '../../workers/api';
import { type OpenOptions as Options, openOptions, setOptions } from '../openOptions';
import { state } from '../state';
import { words } from '../words';
import { Choice } from './Choice';
import { FileButton } from './FileButton';
import { Icon } from './Icon';
import { IconButton } from './IconButton';
import { LoraRow } from './LoraRow';

const PREDICTIONS = ['as-said', 'epsilon', 'v_prediction'] as const;

export function OpenOptions() {
  const said = words();
  const { loras, predictionType, weights } = openOptions.value;
  const { weightForms } = state.value;
  const add = (files: readonly PickedFile[]): void =>
    setOptions({ loras: [...loras, ...files.map((file) => ({ file, weight: 1 }))] });
  return (
    <details class="fold" data-testid="open-options">
      <summary>{said.openOptions}</summary>
      <div class="options">
        <p class="hint">{said.optionsHint}</p>
        <div class="field">
          <span class="label">{said.loras}</span>
          {loras.map((lora, index) => (
            <LoraRow key={`${index} ${lora.file.path}`} lora={lora} index={index} />
          ))}
          <FileButton testid="add-lora" onPick={add}>
            <Icon name="add" />
            {said.addLora}
          </FileButton>
        </div>
        <VaeField />
        <Choice
          legend={said.prediction}
          name="prediction"
          columns={3}
          value={predictionType}
          options={PREDICTIONS.map((value) => ({ value, label: said.predictions[value] }))}
          onChange={(value: Options['predictionType']) => setOptions({ predictionType: value })}
        />
        {weightForms.length > 1 && (
          <Choice
            legend={said.weights}
            name="weights"
            columns={3}
            value={weights}
            options={weightForms.map((value) => ({ value, label: said.weightForms[value] }))}
            onChange={(value) => setOptions({ weights: value })}
          />
        )}
      </div>
    </details>
  );
}

function VaeField() {
  const said = words();
  const { vae } = openOptions.value;
  return (
    <div class="field">
      <span class="label">{said.vae}</span>
      <div class="option-row">
        <span class="option-name" data-testid="vae-name">
          {vae?.path ?? said.ownVae}
        </span>
        {vae && (
          <IconButton
            icon="close"
            testid="remove-vae"
            label={said.remove(vae.path)}
            onClick={() => setOptions({ vae: undefined })}
          />
        )}
      </div>
      <FileButton testid="choose-vae" onPick={([file]) => setOptions({ vae: file })}>
        <Icon name="file" />
        {said.chooseVae}
      </FileButton>
    </div>
  );
}
