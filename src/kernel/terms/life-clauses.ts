/** Which text counts where texts differ. Absent: the terms come before any prose, and no language prevails. */
export interface Texts {
  readonly prevailing: 'en' | 'ru';
  readonly precedence: 'terms-before-prose';
}

/** Conditions precedent: the licence begins only when all are met; unmet `withinDays` after conclusion the agreement ends. */
export type Condition =
  | { readonly id: string; readonly kind: 'advance-paid'; readonly advance: string; readonly withinDays: number }
  | { readonly id: string; readonly kind: 'back-fee-paid'; readonly withinDays: number };

/** The term goes on by `months`, at most `times` times (null: without limit), unless a party says no at least `noticeDays` before its end. */
export interface Renewal {
  readonly months: number;
  readonly times: number | null;
  readonly noticeDays: number;
}

export interface Termination {
  /** Ordinary notice: who may give it, and how many days lie between it and the end. */
  readonly notice?: { readonly by: 'label' | 'platform' | 'either'; readonly days: number };
  /**
   * A breach that was notified and is not cured within `cureDays` lets whoever notified it end the agreement at once. `suspension`: when
   * the label may suspend the licence.
   */
  readonly breach?: { readonly cureDays: number; readonly suspension: 'at-once' | 'after-cure-period' | 'never' };
  /**
   * The label may take recordings out of the licence, and `days` lie between its notice and their end: in all at most `shareMax` of those that
   * the terms list; absent: any number.
   */
  readonly withdrawal?: { readonly days: number; readonly shareMax?: string };
  /** After expiry or ordinary termination, never after breach, these grants go on for `days`, royalties included. */
  readonly sellOff?: { readonly days: number; readonly grants: readonly string[] };
}
