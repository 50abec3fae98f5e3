import { startDemoServer } from './server';
import { tellStory } from './story';

/** `npm run demo [-- --json]`: the reference story on a server of its own. */
async function main(): Promise<void> {
  const json = process.argv.includes('--json');
  const unknown = process.argv.slice(2).filter((argument) => argument !== '--json');
  if (unknown.length > 0) {
    process.stderr.write(`demo: unknown option ${unknown.join(' ')}; there is only --json\n`);
    process.exitCode = 2;
    return;
  }
  const started = performance.now();
  const server = await startDemoServer('2025-11-03T09:00:00Z');
  const stop = (): void => void server.close().then(() => process.exit(130));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    const say = json ? () => undefined : (line: string) => void process.stdout.write(`${line}\n`);
    const figures = await tellStory(server, say);
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
  process.stderr.write(`demo: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
