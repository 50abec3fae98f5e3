import { periodOf } from '../calendar';
import { type Advance } from '../terms';
import { recoupableAdvances, totalAdvances } from '.';

const year = (number: number) => ({ ...periodOf(`${number}-01-01`, `${number + 1}-01-01`), carryOver: false });
const advances: Advance[] = [
  { id: 'year 1', amount: '9000000', due: 'signature', recoupableFrom: 'all', recoup: year(2011) },
  {
    id: 'year 2',
    amount: '16000000',
    due: [
      { on: '2012-01-01', amount: '4000000' },
      { on: '2012-07-01', amount: '12000000' },
    ],
    recoupableFrom: ['streaming'],
    recoup: year(2012),
  },
  { id: 'year 3', amount: '17500000', due: 'signature', recoupableFrom: 'all', recoup: year(2013), option: true },
];

describe('the advances of the terms', () => {
  it('are in minor units of the currency', () => {
    expect(recoupableAdvances({ advances, currency: 'KWD' })[1]).toEqual({
      id: 'year 2',
      amount: 16000000000n,
      due: [
        { on: '2012-01-01', amount: 4000000000n },
        { on: '2012-07-01', amount: 12000000000n },
      ],
      recoupableFrom: ['streaming'],
      recoup: year(2012),
    });
    expect(() =>
      recoupableAdvances({ advances: [{ ...advances[0], amount: '0.5' } as Advance], currency: 'JPY' }),
    ).toThrow(RangeError);
  });

  it('count an option only when it is exercised', () => {
    const terms = { advances, currency: 'JPY' };
    const ids = (exercised: readonly string[]) => recoupableAdvances(terms, new Set(exercised)).map(({ id }) => id);
    expect(ids([])).toEqual(['year 1', 'year 2']);
    expect(ids(['year 3'])).toEqual(['year 1', 'year 2', 'year 3']);
    expect(totalAdvances(terms)).toEqual({ due: 25000000n, withAllOptions: 42500000n });
    expect(totalAdvances(terms, new Set(['year 3']))).toEqual({ due: 42500000n, withAllOptions: 42500000n });
  });
});
