import { gtin14, isrcText, readDpid, readGrid, readGtin, readIpi, readIsni, readIsrc, readIswc } from '.';

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

describe('identifiers with a check character', () => {
  const kinds = { dpid: readDpid, grid: readGrid, ipi: readIpi, isni: readIsni, iswc: readIswc } as const;
  const known: readonly [kind: keyof typeof kinds, written: string, id: string][] = [
    ['grid', 'A12425GABC1234002M', 'A12425GABC1234002M'],
    ['grid', 'GRid:A1-2425G-ABC1234002-m', 'A12425GABC1234002M'],
    ['grid', 'A10302B0003662026S', 'A10302B0003662026S'],
    ['dpid', 'PA-DPIDA-3897722461-G', 'PADPIDA3897722461G'],
    ['dpid', 'PADPIDA2007050901U', 'PADPIDA2007050901U'],
    ['dpid', 'PADPIDA20070627029', 'PADPIDA20070627029'],
    ['isni', '0000 0000 6303 7346', '0000000063037346'],
    ['isni', 'https://isni.org/isni/0000000081266409', '0000000081266409'],
    ['iswc', 'T-034.524.680-1', 'T0345246801'],
    ['iswc', 'T9109247316', 'T9109247316'],
    ['iswc', 'T0702472794', 'T0702472794'],
    ['ipi', '052210040', '00052210040'],
    ['ipi', '00017798450', '00017798450'],
  ];

  it.each(known)('%s: reads %s', (kind, written, id) => {
    expect(kinds[kind](written)).toEqual({ [kind]: id });
  });

  it.each([
    ['grid', 'A12425GABC1234002N'],
    ['dpid', 'PADPIDA2014999999Z'],
    ['isni', '0000000063037345'],
    ['iswc', 'T0345246800'],
    ['ipi', '00052210041'],
  ] as const)('%s: sees the wrong check character of %s, and gives it all the same', (kind, written) => {
    expect(kinds[kind](written)).toEqual({ fault: `${kind}-check-digit`, [kind]: written });
  });

  it.each([
    ['grid', 'A1B2C3D4E5F6G7H8I9J0K1L2M3N4O5P6Q7R8S9T0'],
    ['grid', 'B12425GABC1234002M'],
    ['dpid', 'PADPIDA1234567890'],
    ['dpid', 'PADPIDB3897722461G'],
    ['isni', '00000000630373461'],
    ['isni', '000000006303X346'],
    ['iswc', '0345246801'],
    ['iswc', 'T03452468O1'],
    ['ipi', '12345678'],
    ['ipi', '0005221004X'],
    ['ipi', ''],
    ['grid', 'A1'.repeat(50)],
  ] as const)('%s: refuses %s', (kind, written) => {
    expect(kinds[kind](written)).toEqual({ fault: `${kind}-malformed` });
  });

  it('sees every single character that is exchanged for another one, but for those of a work', () => {
    for (const [kind, , id] of known.filter(([kind]) => kind !== 'iswc')) {
      const from = kind === 'dpid' ? 7 : kind === 'grid' ? 2 : 0;
      for (let place = from; place < id.length - 1; place += 1) {
        const other = id[place] === '7' ? '3' : '7';
        const changed = id.slice(0, place) + other + id.slice(place + 1);
        expect(kinds[kind](changed)).toEqual({ fault: `${kind}-check-digit`, [kind]: changed });
      }
    }
  });
});
