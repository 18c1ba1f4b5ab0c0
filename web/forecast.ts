/** Keeps the forecast in step with the model, the backend, the size and the memory that are set. */
import { effect } from '@preact/signals';
import { engine } from './engines';
import { init } from './initPicture';
import { backendInUse, modelInUse, settings, tell, wish } from './state';
import { tinyVaeAsked } from './tinyVae';

/** Dragging through sizes asks once. */
const PATIENCE_MILLISECONDS = 150;

export function followForecast(): () => void {
  let asked = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  return effect(() => {
    const model = modelInUse();
    const backend = backendInUse();
    const { width, height } = wish();
    const { memory, extra } = settings.value;
    // A picture to begin from has one pass.
    const { hiresScale: _, hiresSize: __, ...once } = extra;
    const more = init.value ? { ...once, initImage: true } : extra;
    const tiny = tinyVaeAsked();
    const files = [tiny.tinyVae?.file, tiny.previews?.file].map((file) =>
      typeof file === 'object' ? file.path : file,
    );
    const question = model
      ? `${model.id} ${backend} ${width} ${height} ${memory} ${JSON.stringify(more)} ${files}`
      : '';
    if (question === asked) return;
    asked = question;
    clearTimeout(timer);
    const learn = async (): Promise<void> => {
      const picture = { width, height, memory, ...tiny, ...more };
      const forecast = model && (await engine.forecast(model.id, backend, picture).catch(() => undefined));
      // A later question makes this answer one of the past.
      if (asked === question) tell({ type: 'learned', forecast });
    };
    timer = setTimeout(() => void learn(), PATIENCE_MILLISECONDS);
  });
}
