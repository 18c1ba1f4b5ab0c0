/** `npm run check [-- types|style]`: the compiler in each of the three worlds, and Biome. */
import { spawnSync } from 'node:child_process';

const checks = {
  types: ['web', 'workers', 'spec'].map((world) => ['tsc', '-p', world]),
  style: [['biome', 'check', '--error-on-warnings']],
};

export async function main(args: readonly string[]): Promise<number> {
  let failed = 0;
  for (const [name, commands] of Object.entries(checks)) {
    if (args.length > 0 && !args.includes(name)) continue;
    for (const command of commands) {
      const { status } = spawnSync('npx', ['--no-install', ...command], {
        stdio: 'inherit',
        shell: process.platform === 'win32',
      });
      if (status !== 0) failed += 1;
    }
  }
  return failed === 0 ? 0 : 1;
}
