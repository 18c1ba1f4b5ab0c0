/** Which part of the device computes, and why one of them cannot. */
import type { BackendName } from '../../workers/api';
import { set, settings, state } from '../state';
import { words } from '../words';
import { Choice } from './Choice';

export function BackendField() {
  const said = words();
  const { backends } = state.value;
  const report = (name: BackendName) => backends.find((candidate) => candidate.name === name);
  const reasons = backends.filter(({ why }) => why !== '');
  const { backend } = settings.value;
  return (
    <div>
      <Choice
        legend={said.backend}
        name="backend"
        columns={3}
        value={backend === 'auto' || report(backend)?.available !== false ? backend : 'auto'}
        options={(['auto', 'wasm', 'webgpu'] as const).map((value) => ({
          value,
          label: said.backends[value],
          // A GPU is on offer once it has passed its test.
          disabled: value === 'webgpu' && backend !== 'webgpu' && !report(value)?.available,
        }))}
        onChange={(value) => set({ backend: value })}
      />
      {reasons.map(({ name, why }) => (
        <p key={name} class="hint" data-testid={`why-${name}`}>
          {said.backendWhy(said.backends[name], why)}
        </p>
      ))}
    </div>
  );
}
