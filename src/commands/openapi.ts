import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';

/** `accordo openapi`: the API's description without a running server. */
export function registerOpenApi(program: Command): void {
  program
    .command('openapi')
    .description('write the OpenAPI 3.1 description')
    .option('--out <file>', 'a file instead of standard output')
    .action(async ({ out }: { out?: string }) => {
      const { describeApi } = await import('../openapi.js');
      const text = `${JSON.stringify(await describeApi(), null, 2)}\n`;
      if (out === undefined) process.stdout.write(text);
      else writeFileSync(out, text);
    });
}
