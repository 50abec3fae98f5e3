import { etagOf, refuseUnlessCurrent } from './etag';

const outcome = (ifMatch: string | undefined, version = 3): string => {
  try {
    refuseUnlessCurrent(ifMatch, version);
    return 'current';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('If-Match', () => {
  it('lets the version through whose tag it names', () => {
    expect(etagOf(3)).toBe('"3"');
    for (const header of ['"3"', '"2", "3"', '"2","3"', '"a" ,\t"3" , "4"']) {
      expect([header, outcome(header)]).toEqual([header, 'current']);
    }
  });

  it('is precondition-required when there is none', () => {
    expect(outcome(undefined)).toBe('precondition-required');
  });

  it('is precondition-failed when it names other versions, or this one weakly', () => {
    for (const header of ['"2"', '"33"', '"2", "4"', 'W/"3"', 'W/"3", "2"', '"03"', '""']) {
      expect([header, outcome(header)]).toEqual([header, 'precondition-failed']);
    }
  });

  it('is request-invalid when it is no list of tags, or names nothing', () => {
    const nonsense = ['', '3', '*', '"3', '3"', '"3"x', '"3",', ',"3"', "'3'", 'w/"3"', '"3" "4"', '"3\u0001"', '"ü"'];
    for (const header of [...nonsense, `"${'3'.repeat(1000)}"`]) {
      expect([header, outcome(header)]).toEqual([header, 'request-invalid']);
    }
  });

  it('is read in time that grows with its length only', () => {
    const started = process.hrtime.bigint();
    for (let turn = 0; turn < 1000; turn += 1) outcome(`${'"3"\t\t\t,'.repeat(120)}!`);
    expect(process.hrtime.bigint() - started).toBeLessThan(2_000_000_000n);
  });
});
