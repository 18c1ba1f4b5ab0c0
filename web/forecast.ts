/** Keeps the forecast in step with the model, the backend, the size and the memory that are set. */
import { effect } from '@preact/signals';
import type { ChosenIpAdapter, Failure } from '../workers/api';
import { controlMisfit, controlsAsked } from './controls';
import { asFailure, engine } from './engines';
import { init } from './initPicture';
import { backendInUse, modelInUse, settings, tell, wish } from './state';
import { tinyVaeAsked } from './tinyVae';

/** Dragging through sizes asks once. */
const PATIENCE_MILLISECONDS = 150;

/** What a control model is refused with. */
const MISFIT: readonly Failure['code'][] = ['unsupported-model', 'bad-model', 'corrupt-store'];

/** What of an IP-Adapter decides what it takes. */
const counted = ({ name, encoder = '', scale = 1, images: { length }, masks }: ChosenIpAdapter) => ({
  ...{ name, encoder, scale, images: { length }, ...(masks ? { masks: true } : {}) },
});

export function followForecast(): () => void {
  let asked = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  return effect(() => {
    const model = modelInUse();
    const backend = backendInUse();
    const { width, height } = wish();
    const { memory, extra } = settings.value;
    const { controls, ipAdapters } = controlsAsked();
    const named = {
      ...(controls ? { controls: controls.map(({ name }) => ({ name })) } : {}),
      ...(ipAdapters ? { ipAdapters: ipAdapters.map(counted) } : {}),
    };
    // A picture to begin from has one pass.
    const { hiresScale: _, hiresSize: __, ...once } = extra;
    const more = init.value ? { ...once, initImage: true } : extra;
    const tiny = tinyVaeAsked();
    const files = [tiny.tinyVae?.file, tiny.previews?.file].map((file) =>
      typeof file === 'object' ? file.path : file,
    );
    const question = model
      ? `${model.id} ${backend} ${width} ${height} ${memory} ${JSON.stringify([more, named])} ${files}`
      : '';
    if (question === asked) return;
    asked = question;
    clearTimeout(timer);
    const learn = async (): Promise<void> => {
      const picture = { width, height, memory, ...tiny, ...more, ...named };
      let failure: Failure | undefined;
      const failed = (thrown: unknown): undefined => {
        failure = asFailure(thrown);
      };
      const forecast = model && (await engine.forecast(model.id, backend, picture).catch(failed));
      // A later question makes this answer one of the past.
      if (asked !== question) return;
      tell({ type: 'learned', forecast });
      controlMisfit.value = (controls ?? ipAdapters) && failure && MISFIT.includes(failure.code) ? failure : undefined;
    };
    timer = setTimeout(() => void learn(), PATIENCE_MILLISECONDS);
  });
}
