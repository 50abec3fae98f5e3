import fc from 'fast-check';
import { orderOf } from './order';

/** Whether the records may come in this order and end there. */
function accepts(grammar: string, records: readonly string[]): boolean {
  let state: ReturnType<typeof orderOf> | undefined = orderOf(grammar);
  for (const record of records) state = state?.after(record);
  return state?.complete ?? false;
}

describe('an order of records', () => {
  const block = '((AS01 MW01*) | AS02)+ (RU01 | RU02)* (SU03 (LI01 MW01?)*)*';

  it.each([
    'AS01 MW01 RU01 SU03 LI01 LI01 LI01',
    'AS01 MW01 RU02 SU03 LI01 LI01 LI01',
    'AS02 AS02 AS02 RU02 RU02 SU03 SU03 SU03 SU03',
    'AS01 MW01 RU01 SU03',
    'AS01 MW01 SU03 LI01 LI01 LI01',
    'AS01 SU03 LI01 MW01 LI01',
  ])('takes the block %s', (records) => {
    expect(accepts(block, records.split(' '))).toBe(true);
  });

  it.each([
    'XX01 YY01',
    'MW01 RU01 SU03',
    'AS02 MW01 MW01 RU01 SU03',
    'AS01 MW01 LI01',
    'AS01 SU03 LI01 MW01 MW01',
    '',
  ])('does not take the block %s', (records) => {
    expect(accepts(block, records === '' ? [] : records.split(' '))).toBe(false);
  });

  it.each(['(A', 'A)', '*A', 'A &'])('%s is no order', (grammar) => {
    expect(() => orderOf(grammar)).toThrow(SyntaxError);
  });

  it('can be taken up again at a record that came too early', () => {
    const resumed = orderOf(block).resumedAt('SU03')!;
    expect(resumed.after('LI01')?.complete).toBe(true);
    expect(resumed.after('AS01')).toBeUndefined();
    expect(orderOf(block).resumedAt('RE01')).toBeUndefined();
  });

  it('takes what a regular expression takes', () => {
    const grammar = fc.stringMatching(/^([AB][?*+]? ){1,4}$/);
    const { either } = fc.letrec<{ either: string }>((tie) => ({
      either: fc.oneof(
        { depthSize: 'small' },
        grammar,
        fc.tuple(tie('either'), tie('either')).map(([a, b]) => `(${a} | ${b})+ A?`),
      ),
    }));
    fc.assert(
      fc.property(either, fc.array(fc.constantFrom('A', 'B', 'C'), { maxLength: 6 }), (order, records) => {
        const pattern = new RegExp(`^(?:${order.replaceAll(' ', '')})$`);
        expect(accepts(order, records)).toBe(pattern.test(records.join('')));
      }),
      { numRuns: 300, seed: 20260101 },
    );
  });
});
