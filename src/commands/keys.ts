import { type Command, Option } from 'commander';
import { readConfig } from '../config';
import { SystemClock } from '../platform/clock';
import { Keyring, keyPurposes, type KeyPurpose } from '../platform/keyring/keyring';

/** `accordo keys rotate`: a new signing key; the old ones still verify what they signed. Processes pick it up at their next start. */
export function registerKeys(program: Command): void {
  program
    .command('keys')
    .description('the marketplace’s signing keys')
    .command('rotate')
    .addOption(new Option('--purpose <purpose>').choices(keyPurposes).makeOptionMandatory())
    .action(async ({ purpose }: { purpose: KeyPurpose }) => {
      const clock = new SystemClock();
      const { keyringFile } = readConfig({ DATA_FOLDER: '.accordo', ...process.env });
      const keyring = await Keyring.open(keyringFile, clock.now());
      process.stdout.write(`${await keyring.rotate(purpose, clock.now())}\n`);
    });
}
