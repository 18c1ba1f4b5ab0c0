/** The page: words and settings on one side, the picture on the other. */
import { useSignalEffect } from '@preact/signals';
import { state } from '../state';
import { language } from '../words';
import { Announcer } from './Announcer';
import { DropVeil } from './DropVeil';
import { Header } from './Header';
import { Gallery } from './Late';
import { ModelPanel } from './ModelPanel';
import { PromptForm } from './PromptForm';
import { SettingsPanel } from './SettingsPanel';
import { Stage } from './Stage';
import { Toast } from './Toast';

export function App() {
  useSignalEffect(() => {
    document.documentElement.lang = language.value === 'zh' ? 'zh-Hans' : 'en';
  });
  return (
    <div class="page">
      <Header />
      <main class="room">
        <PromptForm />
        <section class="show">
          <Stage />
          {state.value.pictures.length > 1 && <Gallery />}
        </section>
        <div class="tune">
          <SettingsPanel />
          <ModelPanel />
        </div>
      </main>
      <Announcer />
      <Toast />
      <DropVeil />
    </div>
  );
}
