export type PluralForms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;

/** "2 claims": the count and its form in the language. */
export function counted(locale: 'en' | 'ru', count: number, forms: PluralForms): string {
  return `${count} ${pluralForm(locale, count, forms)}`;
}

export function pluralForm(locale: 'en' | 'ru', count: number, forms: PluralForms): string {
  return forms[RULES[locale].select(count)] ?? forms.other;
}

const RULES = { en: new Intl.PluralRules('en'), ru: new Intl.PluralRules('ru') } as const;
