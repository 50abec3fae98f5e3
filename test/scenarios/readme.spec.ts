import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../support/processes';

const root = join(__dirname, '..', '..');

/** Runs what the README tells a newcomer to type, as it stands there; only the port is another one. */
describe('the README', () => {
  let folder: string;
  let server: ChildProcess;
  let port: number;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'accordo-readme-'));
    chmodSync(folder, 0o755);
    // npx looks for the command in the project that one stands in.
    symlinkSync(join(root, 'package.json'), join(folder, 'package.json'));
    port = await freePort();
    server = spawn(process.execPath, [join(root, 'bin', 'accordo.js'), 'start'], {
      cwd: folder,
      env: { ...process.env, PORT: String(port), DATABASE_URL: undefined, DATABASE_OWNER_URL: undefined },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    server.stdout!.on('data', (chunk: Buffer) => (printed += String(chunk)));
    for (let attempt = 0; attempt < 600 && !printed.includes('Stop with Ctrl-C'); attempt += 1) {
      if (server.exitCode !== null) throw new Error(`the server stopped: ${printed}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(printed).toContain('Accordo is ready.');
  }, 90_000);

  afterAll(async () => {
    if (server.exitCode === null) {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it('has calls that work as written', async () => {
    const blocks = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/```bash\n([\s\S]*?)```/g)].map(
      ([, block]) => block!,
    );
    expect(blocks.length).toBeGreaterThanOrEqual(6);
    const mark = '=== next block ===';
    const script = blocks
      .join(`\necho; echo '${mark}'\n`)
      .replace('http://127.0.0.1:3000', `http://127.0.0.1:${port}`)
      .replaceAll('npx accordo', `${process.execPath} ${join(root, 'bin', 'accordo.js')}`);
    // Without the machine's own start-up file, which bash reads where it takes its input for a network's.
    const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
      cwd: folder,
      timeout: 60_000,
      maxBuffer: 10_000_000,
    });
    expect(stderr).toBe('');
    const [, clearance, prose, proof, report, , money] = stdout.split(mark).map((part) => part.trim());
    expect(JSON.parse(clearance!)).toMatchObject({
      answers: [
        { licensed: true, clause: 'streaming' },
        { licensed: false, reason: 'territory-not-granted' },
      ],
    });
    expect(prose).toContain('500 sound recordings');
    expect(proof!.match(/everything holds/g)).toHaveLength(2);
    expect(JSON.parse(report!)).toMatchObject({
      rows: [{ severity: 'error' }, { severity: 'error' }, { severity: 'error' }],
    });
    expect(money).toContain('"line":"payable"');
    expect(money).toContain('isrc');
  }, 90_000);
});
