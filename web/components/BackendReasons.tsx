/** What Auto comes to, why a part of the device cannot compute, and how long each took the last time. */
import { backendsHere, hostedSizes, reportOn } from '../backends';
import { backendInUse, settings, state, wish } from '../state';
import { lateWords, words } from '../words';
import { AskAgain } from './AskAgain';

export function BackendReasons() {
  const said = words();
  const late = lateWords();
  const { measured, backends } = state.value;
  const asked = wish();
  const inUse = backendInUse();
  const known = backendsHere(state.value).map((name) => ({
    ...{ name, report: reportOn(name, state.value, asked), took: measured[name] },
    sizes: hostedSizes(state.value, name, asked.modelId).map(({ width, height }) => sizeOf(width, height)),
  }));
  return (
    <div class="reasons">
      {settings.value.backend === 'auto' && backends.length > 0 && (
        <p class="hint" data-testid="auto-is">
          {late.autoIs(said.backends[inUse], inUse === 'wasm-int8' || inUse === 'webgpu')}
        </p>
      )}
      {known.map(({ name, report, sizes, took }) => (
        <div key={name}>
          {report?.why && (
            <p class="hint" data-testid={`why-${name}`}>
              {late.backendWhy(said.backends[name], report.why, sizes)}
            </p>
          )}
          {took && (
            <p class="hint" data-testid={`took-${name}`}>
              {late.measured(
                said.backends[name],
                said.duration(took.milliseconds),
                sizeOf(took.width, took.height),
                said.stepsShort(took.steps),
              )}
            </p>
          )}
        </div>
      ))}
      {known.some(({ report }) => report?.why === 'download-failed') && <AskAgain />}
    </div>
  );
}

const sizeOf = (width: number, height: number): string => `${width} × ${height}`;
