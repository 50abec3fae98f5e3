import { canonicalText, sha256Hex } from './canonical';

describe('canonical JSON (RFC 8785)', () => {
  it('sorts members by UTF-16 code units, at every depth, and writes no blanks', () => {
    const value = { '€': 1, '\r': 2, '1': 4, '😀': 5, ö: 7, '\ufb33': 6, b: [{ z: null, a: true }] };
    expect(canonicalText(value)).toBe('{"\\r":2,"1":4,"b":[{"a":true,"z":null}],"ö":7,"€":1,"😀":5,"\ufb33":6}');
  });

  it('escapes as the standard does', () => {
    expect(canonicalText('€$\u000f\nA\'B"\\/')).toBe('"€$\\u000f\\nA\'B\\"\\\\/"');
  });

  it('leaves undefined members out, and keeps members named like object internals', () => {
    expect(canonicalText({ a: undefined, b: 1 })).toBe('{"b":1}');
    expect(canonicalText(JSON.parse('{"__proto__":"x","constructor":1}'))).toBe('{"__proto__":"x","constructor":1}');
  });

  it('writes minus zero as zero', () => {
    expect(canonicalText(-0)).toBe('0');
  });

  it.each([0.1, NaN, 1e300, 1n, undefined, '\ud800', { '\udc00': 1 }])('refuses %p', (value) => {
    expect(() => canonicalText(value)).toThrow(TypeError);
  });

  it('hashes text as UTF-8', () => {
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256Hex('ж')).toBe(sha256Hex(Buffer.from('ж', 'utf8')));
  });
});
