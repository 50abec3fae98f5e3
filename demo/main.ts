import { parseArgs } from 'node:util';
import { startDemoServer } from './server';
import { tellStory } from './story';

/** `npm run demo [-- --json] [--out FOLDER]`: the reference story on a server of its own; the contract, its evidence and the statements are kept in FOLDER. */
async function main(): Promise<void> {
  const options = { json: { type: 'boolean', default: false }, out: { type: 'string' } } as const;
  const { json, out } = parseArgs({ options }).values;
  const started = performance.now();
  const server = await startDemoServer('2025-11-03T09:00:00Z');
  const stop = (): void => void server.close().then(() => process.exit(130));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    const say = json ? () => undefined : (line: string) => void process.stdout.write(`${line}\n`);
    const figures = await tellStory(server, say, out);
    figures.seconds = Math.round((performance.now() - started) / 100) / 10;
    if (json) process.stdout.write(`${JSON.stringify(figures)}\n`);
    else say(`\nThe whole story took ${figures.seconds} seconds.`);
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    await server.close();
  }
}

main().catch((error: unknown) => {
  if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
    process.stderr.write(`demo: ${error.message}; there are only --json and --out FOLDER\n`);
    process.exit(2);
  }
  process.stderr.write(`demo: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
