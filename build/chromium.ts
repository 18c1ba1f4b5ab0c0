/** Finds the system's Chromium for the specs that drive the page, or installs it where that is allowed. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const CANDIDATES = [
  process.env.CHROME_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** The browser's executable, or `undefined`. `CHROME_PATH` names another one. */
export const findChromium = (): string | undefined => CANDIDATES.find((path) => path !== '' && existsSync(path));

/** As `findChromium`; where there is none, throws with the command that installs it. Specs call this one. */
export function requireChromium(): string {
  const path = findChromium();
  if (path) return path;
  throw new Error('setup-missing: Chromium: install it with `sudo apt-get install chromium`, or set CHROME_PATH');
}

/** Installs Chromium through apt where we are root; says so. Leaves the complaint to the specs that need it. */
export function ensureChromium(): void {
  if (findChromium()) return;
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    console.error('Chromium is missing: install it with `sudo apt-get install chromium`, or set CHROME_PATH.');
    return;
  }
  console.error('Installing Chromium (apt-get install chromium) …');
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', 'chromium'],
  ]) {
    spawnSync('apt-get', args, { stdio: ['ignore', 2, 2], env: environment });
  }
}

/** Flags for a browser that stays off the network and starts as root in a container. */
export const CHROMIUM_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
] as const;
