import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from './repository';

type Settings = Readonly<Record<string, string>>;

/** Settings of the machine that tests run on must not reach the command. */
const ours = /^(DATABASE_|DATA_FOLDER|PORT$|HOST$|KEYRING_FILE|LOG_LEVEL|STRIPE_)/;

/** `accordo …` as a process of its own, with what it has said so far. */
export class RunningCommand {
  stdout = '';
  stderr = '';
  private readonly ended: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = once(child, 'close');
  }

  static start(words: readonly string[], settings: Settings, input = ''): RunningCommand {
    const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
    const child = spawn(process.execPath, ['bin/accordo.js', ...words], {
      cwd: root,
      env: { ...inherited, ...settings },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.on('error', () => undefined).end(input);
    return new RunningCommand(child);
  }

  /** Waits until it has said so; fails with all that it did say when it ends before. */
  async says(text: string | RegExp, seconds = 40): Promise<void> {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(20)) {
      if (typeof text === 'string' ? this.stdout.includes(text) : text.test(this.stdout)) return;
      if (this.child.exitCode !== null || this.child.signalCode !== null) break;
    }
    throw new Error(`accordo did not say ${String(text)}:\n${this.stdout}\n${this.stderr}`);
  }

  /** The exit code, or the name of the signal that ended it. */
  async end(seconds = 40): Promise<number | string> {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), seconds * 1000);
    await this.ended;
    clearTimeout(timer);
    return this.child.exitCode ?? this.child.signalCode ?? 'unknown';
  }

  stop(signal: NodeJS.Signals): Promise<number | string> {
    this.child.kill(signal);
    return this.end();
  }

  /** Where the API answers, as it said at its start. */
  get url(): string {
    return /API\s+(http:\/\/\S+)\/v1/.exec(this.stdout)![1]!;
  }
}

export interface Ended {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export async function accordo(words: readonly string[], settings: Settings = {}, input = ''): Promise<Ended> {
  const command = RunningCommand.start(words, settings, input);
  const code = await command.end();
  return { code, stdout: command.stdout, stderr: command.stderr };
}
