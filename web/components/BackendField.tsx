/** Which part of the device computes, why one of them cannot, and how long each took the last time. */
import { hostedSizes, reportOn } from '../backends';
import { BACKENDS } from '../settings';
import { backendInUse, set, settings, state, wish } from '../state';
import { words } from '../words';
import { Choice } from './Choice';

export function BackendField() {
  const said = words();
  const { backend } = settings.value;
  const { host, measured } = state.value;
  const asked = wish();
  const inUse = backendInUse();
  // Beside a host alone there are two ways to use the CPU.
  const known = BACKENDS.filter((name) => name !== 'native-cpu' || host).map((name) => ({
    ...{ name, report: reportOn(name, state.value, asked), took: measured[name] },
    sizes: hostedSizes(state.value, name, asked.modelId).map(({ width, height }) => sizeOf(width, height)),
  }));
  // A GPU is on offer once it has passed its test.
  const disabled = ({ name, report }: (typeof known)[number]): boolean =>
    report ? !report.available : name === 'webgpu';
  const chosen = known.find(({ name }) => name === backend);
  return (
    <div>
      <Choice
        legend={said.backend}
        name="backend"
        columns={host ? 3 : 2}
        value={chosen && chosen.report?.available !== false ? backend : 'auto'}
        options={[
          { value: 'auto', label: said.backends.auto },
          ...known.map((one) => ({
            value: one.name,
            label: said.backends[one.name],
            disabled: disabled(one) && one.name !== backend,
          })),
        ]}
        onChange={(value) => set({ backend: value })}
      />
      <div class="reasons">
        {backend === 'auto' && state.value.backends.length > 0 && (
          <p class="hint" data-testid="auto-is">
            {said.autoIs(said.backends[inUse], inUse === 'wasm-int8' || inUse === 'webgpu')}
          </p>
        )}
        {known.map(({ name, report, sizes, took }) => (
          <div key={name}>
            {report?.why && (
              <p class="hint" data-testid={`why-${name}`}>
                {said.backendWhy(said.backends[name], report.why, sizes)}
              </p>
            )}
            {took && (
              <p class="hint" data-testid={`took-${name}`}>
                {said.measured(
                  said.backends[name],
                  said.duration(took.milliseconds),
                  sizeOf(took.width, took.height),
                  said.stepsShort(took.steps),
                )}
              </p>
            )}
          </div>
        ))}
      </div>
    </div>
  );
}

const sizeOf = (width: number, height: number): string => `${width} × ${height}`;
