/** The page's beginning. */
import { render } from 'preact';
import { start } from './actions';
import { runClock } from './clock';
import { App } from './components/App';
import { watchForDeath } from './crash';
import { followTitle, guardUnload, listenToKeys } from './guards';
import { keepSettings } from './state';
import { followTheme } from './theme';

watchForDeath();
followTheme();
keepSettings();
runClock();
followTitle();
listenToKeys();
guardUnload();
render(<App />, document.getElementById('app')!);
void start();
