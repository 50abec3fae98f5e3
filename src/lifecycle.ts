import { DomainError } from './platform/errors/domain-error';

/**
 * Runs until SIGINT or SIGTERM, then closes in order and exits 0; a second signal exits at once. What cannot start says so in one line and exits 1.
 */
export async function runUntilStopped(start: () => Promise<{ close(): Promise<void> }>): Promise<void> {
  let running: { close(): Promise<void> } | undefined;
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(130);
    stopping = true;
    if (running === undefined) return;
    running.close().then(() => process.exit(0), fail);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    running = await start();
    if (stopping) {
      await running.close();
      process.exit(0);
    }
  } catch (error) {
    fail(error);
  }
}

/** One line and an exit code; a stack trace only where the fault is ours. */
export function fail(error: unknown): never {
  const expected = error instanceof DomainError || (error instanceof Error && error.name === 'EmbeddedPostgresError');
  const text = expected ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`accordo: ${error instanceof DomainError ? `${error.code}: ` : ''}${text}\n`);
  process.exit(1);
}

/** Node releases whose Brotli decoder runs foreign code (CVE-2026-111497). We decode none, so this is a warning. */
export function warnOfUnsafeNode(version = process.versions.node): string | undefined {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const fixed: Readonly<Record<number, readonly [number, number]>> = { 22: [23, 4], 24: [22, 1], 26: [12, 1] };
  const since = fixed[major];
  const safe = major > 26 || (since !== undefined && (minor > since[0] || (minor === since[0] && patch >= since[1])));
  return safe
    ? undefined
    : `Node ${version} has a known flaw in its Brotli decoder (CVE-2026-111497). Accordo neither accepts nor asks for Brotli; use 22.23.4, 24.22.1, 26.12.1 or newer where you can.`;
}
