/** The page's beginning. */
import { render } from 'preact';
import { start } from './actions';
import { runClock } from './clock';
import { App } from './components/App';
import { watchForDeath } from './crash';
import { listenToDrops } from './drop';
import { followForecast } from './forecast';
import { followTitle, guardUnload, listenToKeys } from './guards';
import { warmUp } from './lateParts';
import { keepSettings } from './state';
import { followTheme } from './theme';
import { findWords } from './words';

watchForDeath();
followTheme();
await findWords();
keepSettings();
runClock();
followTitle();
listenToKeys();
guardUnload();
listenToDrops();
followForecast();
render(<App />, document.getElementById('app')!);
void start().then(warmUp);
