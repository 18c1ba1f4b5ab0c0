/** How much memory a drawing may take. */
import { set, settings } from '../state';
import { words } from '../words';
import { Choice } from './Choice';

export function MemoryField() {
  const said = words();
  return (
    <div>
      <Choice
        {...{ legend: said.memory, name: 'memory', value: settings.value.memory }}
        options={(['auto', 'low'] as const).map((value) => ({ value, label: said.memoryModes[value] }))}
        onChange={(value) => set({ memory: value })}
      />
      <p class="hint">{said.memoryHint}</p>
    </div>
  );
}
