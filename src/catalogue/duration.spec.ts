import fc from 'fast-check';
import { readDuration } from './duration';

test.each([
  ['215', 215],
  ['3:35', 215],
  ['1:03:35', 3815],
  ['PT3M35S', 215],
  ['pt1h3m35s', 3815],
  ['PT215S', 215],
  ['PT3M35.9S', 215],
  [' 90 ', 90],
  ['86400', 86_400],
])('%s lasts %i seconds', (written, seconds) => {
  expect(readDuration(written)).toBe(seconds);
});

test.each(['', '0', '0:00', '3:60', '3:5', '-3', '3.5', 'PT', 'P1D', 'three minutes', '86401', '25:00:00'])(
  '"%s" is no duration',
  (written) => {
    expect(readDuration(written)).toBeUndefined();
  },
);

test('every duration up to a day reads the same in all three notations', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 86_400 }), (total) => {
      const minutes = Math.floor(total / 60);
      const rest = total % 60;
      expect(readDuration(String(total))).toBe(total);
      expect(readDuration(`PT${minutes}M${rest}S`)).toBe(total);
      if (minutes < 1000) expect(readDuration(`${minutes}:${String(rest).padStart(2, '0')}`)).toBe(total);
    }),
  );
});
