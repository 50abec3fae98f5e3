import * as fc from 'fast-check';
import { LineCheck } from '../dry-run';
import { calendarDateOf } from '../../kernel';
import { type DelimitedLayout, jsonLines } from './delimited-layout';
import { JsonMembers } from './json-members';

const membersOf = (text: string, names: readonly string[]): unknown => {
  const reading = new JsonMembers(names).read(text);
  return 'fault' in reading
    ? reading.fault
    : reading.members.map((member) => member && `${member.kind} ${member.text}`);
};

describe('members of a JSON object', () => {
  it('are the values at keys and pointers, numbers as they are written', () => {
    const text =
      ' {"a": 1.50, "b": {"c/d": "x\\u00e9\\n", "e": [1, {"a": 2}]}, "": true, "n": null, "big": 9007199254740993} ';
    const names = ['a', '/b/c~1d', '/b/e', '/', 'n', 'big', 'none', '/b/none', '/a/b'];
    expect(membersOf(text, names)).toEqual([
      'number 1.50',
      'string xé\n',
      'structure [1, {"a": 2}]',
      'literal true',
      'literal ',
      'number 9007199254740993',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('are none of what is no object, has a key twice, or nests too deep', () => {
    for (const text of ['', '1', '[]', '{', '{"a":1,}', "{'a':1}", '{"a":01}', '{"a":1}{}', '{"a":+1}', '{"a":NaN}']) {
      expect([text, membersOf(text, ['a'])]).toEqual([text, 'json-malformed']);
    }
    expect(membersOf('{"a":1,"\\u0061":2}', ['a'])).toBe('json-key-repeated');
    expect(membersOf('{"b":[{"x":1,"x":1}]}', ['a'])).toBe('json-key-repeated');
    expect(membersOf(`{"b":${'['.repeat(100_000)}`, ['a'])).toBe('json-malformed');
    expect(membersOf(`{"__proto__":5}`, ['__proto__'])).toEqual(['number 5']);
  });

  it('are read of exactly what JSON.parse reads, with the same strings', () => {
    const json = fc.json({ maxDepth: 4 }).map((text) => `{"a":${text}}`);
    const edit = fc.tuple(
      fc.nat(),
      fc.constantFrom('', '"', '\\', '{', '}', '[', ']', ',', ':', '0', '.', 'e', '-', ' ', '\n', '\u0000', 't'),
    );
    fc.assert(
      fc.property(json, fc.array(edit, { maxLength: 3 }), (sound, edits) => {
        const text = edits.reduce(
          (so, [at, put]) => `${so.slice(0, at % so.length)}${put}${so.slice((at % so.length) + 1)}`,
          sound,
        );
        const reading = new JsonMembers(['a']).read(text);
        if ('fault' in reading && reading.fault === 'json-key-repeated') return;
        let parsed: unknown;
        try {
          parsed = JSON.parse(text);
        } catch {
          parsed = undefined;
        }
        const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
        expect('members' in reading).toBe(isObject);
        if (!('members' in reading)) return;
        const { a } = parsed as { a: unknown };
        const [member] = reading.members;
        if (typeof a === 'string') expect(member).toMatchObject({ kind: 'string', text: a });
        if (typeof a === 'number') expect(Number(member!.text)).toBe(a);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('lines of JSON under a layout', () => {
  const layout: DelimitedLayout = {
    delimiter: jsonLines,
    columns: 3,
    names: ['isrc', 'plays', '/at/country'],
    isrc: 0,
    quantity: 1,
    territory: 2,
    dates: 'YYYY-MM-DD',
    decimal: '.',
    constants: { use: 'OnDemandStream', model: 'SubscriptionModel' },
    translations: { territory: {}, use: {}, model: {} },
    from: calendarDateOf('2026-01-01'),
    days: 31,
  };
  const codes = (bytes: string | Buffer): string[] =>
    new LineCheck(layout).check(Buffer.from(bytes as string), 1).map(({ cellName, code }) => `${cellName} ${code}`);

  it('hold to the rules of tables, and beyond them to digits alone in numbers', () => {
    const line = (plays: string): string => `{"isrc":"ZZA012600001","plays":${plays},"at":{"country":"KZ"}}`;
    for (const fine of ['0', '7', '"7"', '"1,000"', '"7.00"', '9223372036854775807'])
      expect([fine, codes(line(fine))]).toEqual([fine, []]);
    for (const wrong of ['1.0', '1e3', '1E0', '0.5', 'true', 'null', '"x"'])
      expect([wrong, codes(line(wrong))]).toEqual([wrong, ['plays cell-not-whole']]);
    expect(codes(line('-1'))).toEqual(['plays cell-negative']);
    expect(codes(line('9223372036854775808'))).toEqual(['plays cell-out-of-range']);
    expect(codes(line('{}'))).toEqual(['plays json-not-scalar']);
    expect(codes(`\ufeff${line('1')}`)).toEqual([]);
    expect(codes(Buffer.from(line('"\xff"'), 'latin1'))).toEqual(['null cell-not-utf8']);
    expect(codes(`{"a":"${'x'.repeat(70_000)}"}`)).toEqual(['null line-too-long']);
  });

  it('are never more than faulty, whatever their bytes', () => {
    const sound = Buffer.from('{"isrc":"ZZA012600001","plays":12,"at":{"country":"KZ"}}');
    const edits = fc.array(fc.tuple(fc.nat({ max: sound.length - 1 }), fc.nat({ max: 255 })), { maxLength: 6 });
    fc.assert(
      fc.property(edits, fc.nat({ max: sound.length }), (changed, cut) => {
        const bytes = Buffer.from(sound);
        for (const [at, byte] of changed) bytes[at] = byte;
        const check = new LineCheck(layout);
        const faults = check.check(bytes.subarray(0, cut), 7);
        expect(check.accepted + check.rejected).toBe(cut === 0 || (cut === 1 && bytes[0] === 13) ? 0 : 1);
        expect(faults.length > 0).toBe(check.rejected === 1);
        for (const { line, message } of faults) expect([line, typeof message]).toEqual([7, 'string']);
      }),
      { numRuns: 1000 },
    );
  });
});
