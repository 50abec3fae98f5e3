import { openParts } from '../../src/app';
import { readConfig } from '../../src/config';
import { FrozenClock } from '../../src/platform/clock';
import { warnOfUnsafeNode } from '../../src/lifecycle';

describe('the warning about an unsafe Node', () => {
  it.each(['20.19.0', '20.20.2', '22.23.3', '23.11.0', '24.21.0', '24.22.0', '25.9.0', '26.12.0'])(
    'is given on %s',
    (version) => {
      expect(warnOfUnsafeNode(version)).toMatch(
        new RegExp(`^Node ${version.replaceAll('.', '\\.')} has a known flaw .*CVE-2026-111497`),
      );
    },
  );

  it.each(['22.23.4', '22.24.0', '24.22.1', '24.23.0', '26.12.1', '26.13.0', '27.0.0'])(
    'is not given on %s',
    (version) => {
      expect(warnOfUnsafeNode(version)).toBeUndefined();
    },
  );

  it('takes one line', () => {
    expect(warnOfUnsafeNode('24.21.0')).not.toContain('\n');
  });
});

it('a production process runs on no clock but the machine’s', async () => {
  const nowhere = 'postgresql://app@127.0.0.1:1/accordo';
  const config = readConfig({ DATABASE_URL: nowhere, DATABASE_OWNER_URL: nowhere, DATA_FOLDER: '/nonexistent' });
  await expect(openParts(config, new FrozenClock(new Date('2026-01-05T09:00:00Z')))).rejects.toMatchObject({
    code: 'injected-clock-refused',
  });
});
