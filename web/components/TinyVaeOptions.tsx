/** What turns latents into the picture: the model's own VAE, or a tiny one. */
import { isDemo, modelInUse, set, settings } from '../state';
import { tinyVaeFile } from '../tinyVae';
import { lateWords } from '../words';
import { Choice } from './Choice';
import { FileButton } from './FileButton';
import { IconButton } from './IconButton';

export function TinyVaeOptions() {
  const late = lateWords();
  const { tinyDecoder, previews } = settings.value;
  const model = modelInUse();
  return (
    <div class="options">
      <div>
        <Choice
          {...{ legend: late.decoder, name: 'decoder', value: tinyDecoder ? 'tiny' : 'own' }}
          options={(['own', 'tiny'] as const).map((value) => ({ value, label: late.decoders[value] }))}
          onChange={(value) => set({ tinyDecoder: value === 'tiny' })}
        />
        <p class="hint">{late.decoderHint}</p>
      </div>
      <div>
        <Choice
          {...{ legend: late.previews, name: 'previews', value: previews ? 'on' : 'off' }}
          options={(['off', 'on'] as const).map((value) => ({ value, label: late.previewsWhen[value] }))}
          onChange={(value) => set({ previews: value === 'on' })}
        />
        <p class="hint">{late.previewsHint}</p>
      </div>
      {(tinyDecoder || previews) && <TinyVaeFile needed={!(model && isDemo(model))} />}
    </div>
  );
}

function TinyVaeFile({ needed }: { readonly needed: boolean }) {
  const late = lateWords();
  const file = tinyVaeFile.value;
  if (file) {
    const name = file.path.replace(/^.*\//, '');
    return (
      <div class="option-row" data-testid="tiny-vae">
        <span class="option-name">{name}</span>
        <IconButton
          icon="close"
          testid="remove-tiny-vae"
          label={late.remove(name)}
          onClick={() => {
            tinyVaeFile.value = undefined;
          }}
        />
      </div>
    );
  }
  return (
    <div>
      <FileButton
        testid="choose-tiny-vae"
        onPick={([picked]) => {
          tinyVaeFile.value = picked;
        }}
      >
        {late.chooseTinyVae}
      </FileButton>
      {needed && <p class="hint">{late.tinyVaeNeeded}</p>}
    </div>
  );
}
