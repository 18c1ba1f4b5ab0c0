/** Merged or changed on the way in: LoRAs, another VAE, what the network predicts, how its weights are held. */
import type { PickedFile } from '../../workers/api';
import { type OpenOptions as Options, openOptions, setOptions } from '../openOptions';
import { state } from '../state';
import { lateWords } from '../words';
import { Choice } from './Choice';
import { FileButton } from './FileButton';
import { Icon } from './Icon';
import { IconButton } from './IconButton';
import { LoraRow } from './LoraRow';

const PREDICTIONS = ['as-said', 'epsilon', 'v_prediction'] as const;

export function OpenOptions() {
  const late = lateWords();
  const { loras, predictionType, weights } = openOptions.value;
  const { weightForms } = state.value;
  const add = (files: readonly PickedFile[]): void =>
    setOptions({ loras: [...loras, ...files.map((file) => ({ file, weight: 1 }))] });
  return (
    <div class="options">
      <p class="hint">{late.optionsHint}</p>
      <div class="field">
        <span class="label">{late.loras}</span>
        {loras.map((lora, index) => (
          <LoraRow key={`${index} ${lora.file.path}`} lora={lora} index={index} />
        ))}
        <FileButton testid="add-lora" onPick={add}>
          <Icon name="add" />
          {late.addLora}
        </FileButton>
      </div>
      <VaeField />
      <Choice
        legend={late.prediction}
        name="prediction"
        columns={3}
        value={predictionType}
        options={PREDICTIONS.map((value) => ({ value, label: late.predictions[value] }))}
        onChange={(value: Options['predictionType']) => setOptions({ predictionType: value })}
      />
      {weightForms.length > 1 && (
        <Choice
          legend={late.weights}
          name="weights"
          columns={3}
          value={weights}
          options={weightForms.map((value) => ({ value, label: late.weightForms[value] }))}
          onChange={(value) => setOptions({ weights: value })}
        />
      )}
    </div>
  );
}

function VaeField() {
  const late = lateWords();
  const { vae } = openOptions.value;
  return (
    <div class="field">
      <span class="label">{late.vae}</span>
      <div class="option-row">
        <span class="option-name" data-testid="vae-name">
          {vae?.path ?? late.ownVae}
        </span>
        {vae && (
          <IconButton
            icon="close"
            testid="remove-vae"
            label={late.remove(vae.path)}
            onClick={() => setOptions({ vae: undefined })}
          />
        )}
      </div>
      <FileButton testid="choose-vae" onPick={([file]) => setOptions({ vae: file })}>
        <Icon name="file" />
        {late.chooseVae}
      </FileButton>
    </div>
  );
}
