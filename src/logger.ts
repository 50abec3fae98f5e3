import type { LoggerService } from '@nestjs/common';
import pino, { type DestinationStream, type Logger } from 'pino';

/** Never in a log, wherever they stand in an object. */
const secrets = [
  'password',
  'authorization',
  'cookie',
  'accessToken',
  'key',
  'secret',
  'token',
  'seal',
  'address',
  'email',
  'taxId',
];
const redacted = secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.headers.${name}`]);

/** Structured logs, one JSON object a line. pino writes control characters escaped, so no entry can fake another. */
export function processLogger(
  level: string,
  destination: DestinationStream = pino.destination({ dest: 2, sync: false }),
): LoggerService {
  return new NestLogger(
    pino({ level, redact: { paths: redacted, censor: '[redacted]' }, base: { pid: process.pid } }, destination),
  );
}

/** Nest passes the context last; everything else is the message or an object to log. */
class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    // The list of routes and modules at every start is for debugging.
    this.write(
      /^(InstanceLoader|RouterExplorer|RoutesResolver)$/.test(String(rest.at(-1))) ? 'debug' : 'info',
      message,
      rest,
    );
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  private write(
    level: 'info' | 'error' | 'warn' | 'debug' | 'trace' | 'fatal',
    message: unknown,
    rest: readonly unknown[],
  ): void {
    const context = rest.at(-1);
    const more = rest
      .slice(0, -1)
      .filter((part) => typeof part === 'string')
      .join(' ');
    if (typeof message === 'object' && message !== null) this.logger[level]({ context, ...message }, more);
    else this.logger[level]({ context }, [String(message), more].filter(Boolean).join(' '));
  }
}
