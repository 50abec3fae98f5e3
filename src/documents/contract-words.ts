import { type LanguageCode } from '../kernel';

/** What stands around the clauses of a contract, in one language. */
export interface ContractWords {
  readonly title: string;
  readonly agreement: string;
  readonly version: string;
  readonly effectiveFrom: string;
  readonly label: string;
  readonly platform: string;
  readonly scheduleA: string;
  recordings(count: number): string;
  readonly evidence: string;
  readonly whatIsSigned: string;
  readonly terms: string;
  readonly termsHash: string;
  readonly manifestHash: string;
  elsewhere(day: string): string;
  readonly originalHash: string;
  advancePaid(id: string, amount: string): string;
  backFeePaid(amount: string): string;
  readonly signer: string;
  readonly signedAt: string;
  readonly intent: string;
  readonly notSigned: string;
  readonly howToVerify: string;
  page(page: number, of: number): string;
}

export const contractWords: Readonly<Record<LanguageCode, ContractWords>> = {
  en: {
    title: 'Licence agreement',
    agreement: 'Agreement',
    version: 'version',
    effectiveFrom: 'effective from',
    label: 'the label',
    platform: 'the platform',
    scheduleA: 'Schedule A. Recordings',
    recordings: (count) => `Licensed recordings by ISRC: ${count}.`,
    evidence: 'Signatures and evidence',
    whatIsSigned:
      'Each party signed the SHA-256 of the manifest, which holds the SHA-256 of the terms, of these words in each language and of Schedule A. The terms as data come before the words.',
    terms: 'Terms',
    termsHash: 'SHA-256 of the terms',
    manifestHash: 'SHA-256 of the manifest',
    elsewhere: (day) =>
      `The parties concluded this agreement elsewhere on ${day}. With their signatures below they confirm that these terms are what they agreed; from then on these terms are what is executed.`,
    advancePaid: (id, amount) =>
      `The advance "${id}" had been paid before and is not due again, whatever the clauses say; ${amount} of it are still to be recouped.`,
    backFeePaid: (amount) =>
      `The back fee of ${amount} had been paid before and is not due again, whatever the clauses say.`,
    originalHash: 'SHA-256 of the file that was signed there',
    signer: 'Signed by',
    signedAt: 'Signed at',
    intent: 'Declaration',
    notSigned: 'NOT SIGNED',
    howToVerify:
      'The evidence of this agreement can be downloaded by either party and checked by anybody with the command "accordo verify" and the published keys of the marketplace alone.',
    page: (page, of) => `page ${page} of ${of}`,
  },
  ru: {
    title: 'Лицензионный договор',
    agreement: 'Договор',
    version: 'версия',
    effectiveFrom: 'действует с',
    label: 'Лицензиар',
    platform: 'Платформа (Лицензиат)',
    scheduleA: 'Приложение А. Фонограммы',
    recordings: (count) => `Фонограммы, на которые распространяется лицензия, по кодам ISRC: ${count}.`,
    evidence: 'Подписи и доказательства',
    whatIsSigned:
      'Каждая сторона подписала SHA-256 манифеста, который содержит SHA-256 условий, настоящего текста на каждом языке и Приложения А. Условия в виде данных имеют преимущественную силу перед текстом.',
    terms: 'Условия',
    termsHash: 'SHA-256 условий',
    manifestHash: 'SHA-256 манифеста',
    elsewhere: (day) =>
      `Стороны заключили настоящий договор вне площадки ${day}. Подписями ниже они подтверждают, что настоящие условия соответствуют их договорённости; с этого момента исполняются настоящие условия.`,
    advancePaid: (id, amount) =>
      `Аванс «${id}» был выплачен ранее и повторно не подлежит уплате независимо от пунктов договора; к зачёту остаётся ${amount}.`,
    backFeePaid: (amount) =>
      `Вознаграждение за прошлое использование ${amount} было выплачено ранее и повторно не подлежит уплате независимо от пунктов договора.`,
    originalHash: 'SHA-256 файла, подписанного вне площадки',
    signer: 'Подписал',
    signedAt: 'Время подписания',
    intent: 'Заявление',
    notSigned: 'НЕ ПОДПИСАНО',
    howToVerify:
      'Доказательства по настоящему договору может получить каждая из сторон; проверить их может любое лицо командой «accordo verify», пользуясь только опубликованными ключами площадки.',
    page: (page, of) => `страница ${page} из ${of}`,
  },
};
