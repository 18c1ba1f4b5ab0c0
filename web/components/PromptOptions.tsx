/** How the words are read: weights and edits, long prompts, skipped layers, learned words. */
import type { PromptStyle } from '../../workers/api';
import { addEmbeddings, embeddings, removeEmbedding } from '../embeddings';
import { set, settings } from '../state';
import { lateWords } from '../words';
import { Choice } from './Choice';
import { FileButton } from './FileButton';
import { Icon } from './Icon';
import { IconButton } from './IconButton';
import { NumberField } from './NumberField';

/** Who pastes from there is used to nothing being cut. */
const read = (promptStyle: PromptStyle): void =>
  set({ promptStyle, longPrompts: promptStyle === 'a1111' ? 'chunks' : 'cut' });

/** Of words that were read literally and look as if they were not meant so. */
export function StyledNote() {
  const late = lateWords();
  return (
    <p>
      {late.styledNote}{' '}
      <button type="button" class="quiet" data-testid="read-styled" onClick={() => read('a1111')}>
        {late.readStyled}
      </button>
    </p>
  );
}

export function PromptOptions() {
  const late = lateWords();
  const { promptStyle, longPrompts, clipSkip } = settings.value;
  return (
    <div class="options">
      <div>
        <Choice
          {...{ legend: late.promptStyle, name: 'prompt-style', value: promptStyle }}
          options={(['plain', 'a1111'] as const).map((value) => ({ value, label: late.promptStyles[value] }))}
          onChange={read}
        />
        <p class="hint">{late.promptStyleHint}</p>
      </div>
      <Choice
        {...{ legend: late.longPrompts, name: 'long-prompts', value: longPrompts }}
        options={(['cut', 'chunks'] as const).map((value) => ({ value, label: late.longPromptsHow[value] }))}
        onChange={(value) => set({ longPrompts: value })}
      />
      <div>
        <NumberField
          {...{ label: late.clipSkip, name: 'clip-skip', value: clipSkip, least: 0, most: 11 }}
          onChange={(value) => set({ clipSkip: value })}
        />
        <p class="hint">{late.clipSkipHint}</p>
      </div>
      <div class="field">
        <span class="label">{late.embeddings}</span>
        {embeddings.value.map((one) => (
          <div key={one.name} class="option-row" data-testid="embedding">
            <span class="option-name">{one.name}</span>
            <IconButton
              icon="close"
              testid="remove-embedding"
              label={late.remove(one.name)}
              onClick={() => removeEmbedding(one)}
            />
          </div>
        ))}
        <FileButton testid="add-embedding" onPick={addEmbeddings}>
          <Icon name="add" />
          {late.addEmbedding}
        </FileButton>
        <p class="hint">{late.embeddingsHint}</p>
      </div>
    </div>
  );
}
