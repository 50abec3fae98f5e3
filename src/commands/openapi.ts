import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describeApi } from '../openapi';

/** `accordo openapi`: the API's description without a running server. */
export function registerOpenApi(program: Command): void {
  program
    .command('openapi')
    .description('write the OpenAPI 3.1 description')
    .option('--out <file>', 'a file instead of standard output')
    .action(async ({ out }: { out?: string }) => {
      const text = `${JSON.stringify(await describeApi(), null, 2)}\n`;
      if (out === undefined) process.stdout.write(text);
      else writeFileSync(out, text);
    });
}
