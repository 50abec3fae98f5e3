import { warnOfUnsafeNode } from '../../src/process';

describe('the warning about an unsafe Node', () => {
  it.each(['20.19.0', '20.20.2', '22.23.3', '23.11.0', '24.21.0', '24.22.0', '25.9.0', '26.12.0'])('is given on %s', (version) => {
    expect(warnOfUnsafeNode(version)).toMatch(new RegExp(`^Node ${version.replaceAll('.', '\\.')} has a known flaw .*CVE-2026-111497`));
  });

  it.each(['22.23.4', '22.24.0', '24.22.1', '24.23.0', '26.12.1', '26.13.0', '27.0.0'])('is not given on %s', (version) => {
    expect(warnOfUnsafeNode(version)).toBeUndefined();
  });

  it('takes one line', () => {
    expect(warnOfUnsafeNode('24.21.0')).not.toContain('\n');
  });
});
