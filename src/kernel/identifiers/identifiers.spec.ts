import { gtin14, isrcText, readGtin, readIsrc } from '.';

describe('ISRC', () => {
  it.each([
    'USSM19803037',
    'us-sm1-98-03037',
    'ISRC US-SM1-98-03037',
    'ISRC USSM19803037',
    'isrc:ussm19803037',
    ' USSM1 98 03037 ',
  ])('reads %s', (written) => {
    expect(readIsrc(written)).toEqual({ isrc: 'USSM19803037' });
  });

  it.each([
    'USBENCH0100001',
    'USSM1980303',
    '1SSM19803037',
    'USSM1980303X',
    '',
    'ISRC',
    'ÜSSM19803037',
    'U'.repeat(1000),
  ])('refuses %s', (written) => {
    expect(readIsrc(written)).toEqual({ fault: 'isrc-malformed' });
  });

  it('prints with hyphens', () => {
    expect(isrcText('USSM19803037')).toBe('US-SM1-98-03037');
  });
});

describe('bar codes', () => {
  it.each(['669447000013', '00094631432057', '04988006110809', '96385074'])('reads %s', (written) => {
    expect(readGtin(written)).toEqual({ gtin: written });
  });

  it.each(['5099907138556', '123123123123'])('sees the wrong check digit of %s', (written) => {
    expect(readGtin(written)).toEqual({ fault: 'gtin-check-digit' });
  });

  it.each(['12345', '66944700001X', '', '123456789'])('refuses %p', (written) => {
    expect(readGtin(written)).toEqual({ fault: 'gtin-malformed' });
  });

  it('compares after padding to 14 digits', () => {
    expect(gtin14('94631432057')).toBe(gtin14('00094631432057'));
  });
});
