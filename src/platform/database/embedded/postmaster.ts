import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Account, runAs, runningAs } from './account';
import { EmbeddedPostgresError } from './errors';
import { allGone, childrenOf, signal } from './processes';

interface Launch {
  postgres: string;
  dataDirectory: string;
  account: Account | undefined;
  port: number;
  durable: boolean;
  log: number;
}

const patienceWithShutdown = 60_000;

/**
 * Settings travel on the command line, so an upgrade of ours needs no edit of a stored file.
 * Without durability a killed *server* still loses nothing (commits are written, only not forced to disk); a power cut would.
 */
function settings({ port, durable }: Launch): string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '100',
    shared_buffers: '256MB',
    max_wal_size: '2GB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    jit: 'off',
    log_line_prefix: '%m [%p] %q%u@%d ',
    log_checkpoints: 'off',
    ...(durable
      ? {}
      : { fsync: 'off', full_page_writes: 'off', wal_level: 'minimal', max_wal_senders: '0', max_wal_size: '256MB' }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** A started server process. */
export class Postmaster {
  private constructor(
    private readonly child: ChildProcess,
    readonly pid: number,
  ) {}

  /**
   * Starts the server so that it does not outlive us: when this process dies, even by SIGKILL, the kernel sends it SIGINT (fast shutdown).
   * The kernel watches the thread that starts it, so start servers from the main thread only. Its own session keeps a Ctrl-C in the terminal from it.
   */
  static async launch(options: Launch): Promise<Postmaster> {
    const command = [options.postgres, '-D', options.dataDirectory, ...settings(options)];
    const [program = '', ...args] = [...(await deathSignal(options.account)), ...command];
    const child = spawn(program, args, {
      ...runningAs(options.account),
      detached: true,
      stdio: ['ignore', options.log, options.log],
    });
    if (child.pid === undefined) {
      const [error] = (await once(child, 'error')) as [Error];
      throw new EmbeddedPostgresError(`PostgreSQL could not be started (${error.message})`);
    }
    child.unref();
    return new Postmaster(child, child.pid);
  }

  get hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** `fast` ends sessions and writes everything out; `immediate` drops everything, and the next start recovers. */
  async stop(mode: 'fast' | 'immediate'): Promise<void> {
    if (this.hasExited) return;
    const impatient = setTimeout(() => this.child.kill('SIGQUIT'), patienceWithShutdown);
    await this.exitAfter(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    clearTimeout(impatient);
  }

  /** SIGKILL for the server and all its processes, as when the machine fails. */
  async kill(): Promise<void> {
    if (this.hasExited) return;
    const backends = childrenOf(this.pid);
    await this.exitAfter('SIGKILL');
    for (const pid of backends) signal(pid, 'SIGKILL');
    await allGone(backends, patienceWithShutdown);
  }

  private async exitAfter(name: NodeJS.Signals): Promise<void> {
    const exit = once(this.child, 'exit');
    this.child.ref();
    this.child.kill(name);
    await exit;
  }
}

/** `setpriv` of util-linux; without it (or with BusyBox's, which lacks the option) the next start stops what was left behind. */
async function deathSignal(account: Account | undefined): Promise<string[]> {
  const prefix = ['setpriv', '--pdeathsig', 'INT', '--'];
  return runAs(account, 'setpriv', [...prefix.slice(1), 'true']).then(
    () => prefix,
    () => [],
  );
}
