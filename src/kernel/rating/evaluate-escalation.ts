import { sumOf, isZero } from '../money';
import { type Escalation, type OpenPeriod, type Royalty } from '../terms';
import { mergePortions } from './attribution';
import { type UsageRows } from './clause-usage';
import { valueText, type EscalationStep } from './explanation';
import { explained, narrowTo, type Evaluation, type Figures } from './figures';
import { RatingRefused } from './rating-input';

type Evaluate = (royalty: Royalty, figures: Figures) => Evaluation;

/** Each unit earns by the step of its own day; what lies in no step earns nothing yet and is told, never dropped. */
export function evaluateEscalation(
  royalty: Escalation,
  { figures, evaluate }: { figures: Figures; evaluate: Evaluate },
): Evaluation {
  const { byStep, unrated } = rowsByStep(royalty, figures);
  const evaluations = royalty.steps.flatMap((step, place) => {
    const rows = byStep.get(place);
    return rows ? [{ step, evaluation: evaluate(step.of, narrowTo(figures, rows)) }] : [];
  });
  const steps = evaluations.map(({ step, evaluation }): EscalationStep => {
    return { from: step.from, until: step.until, of: evaluation.explanation };
  });
  return explained({
    royalty,
    value: sumOf(evaluations.map(({ evaluation }) => evaluation.value)),
    arithmetic: steps.map((step) => step.of.value).join(' + ') || 'nothing rated',
    portions: mergePortions(evaluations.flatMap(({ evaluation }) => evaluation.portions)),
    steps,
    ...(unrated === undefined ? {} : { unrated: baseOf(unrated, figures) }),
  });
}

/** Units, or, where the usage has none, sales. */
function baseOf(rows: UsageRows, { usage }: Figures): string {
  const units = usage.units(rows);
  return valueText(isZero(units) ? usage.sales(rows) : units);
}

function rowsByStep(
  { steps, trigger }: Escalation,
  { usage, rows, period }: Figures,
): { byStep: Map<number, UsageRows>; unrated: UsageRows | undefined } {
  const places = new Map<number, number[]>();
  const whole = trigger === 'usageDate' ? stepOfAll(steps, period) : undefined;
  for (const place of rows.places) {
    const row = usage.rows[place];
    const day = trigger === 'usageDate' ? row?.usedOn : row?.reportedOn;
    const step = day === undefined ? whole : stepOn(steps, day);
    if (step === undefined) throw dateMissing(trigger);
    const known = places.get(step);
    if (known) known.push(place);
    else places.set(step, [place]);
  }
  // Where all rows lie in one step they are the clause's usage as a whole.
  const named = (step: number): UsageRows =>
    places.size === 1 ? rows : { key: `${rows.key} step ${step}`, places: places.get(step) ?? [] };
  const rated = [...places.keys()].filter((step) => step !== NO_STEP);
  const unrated = places.has(NO_STEP) ? named(NO_STEP) : undefined;
  return { byStep: new Map(rated.map((step) => [step, named(step)])), unrated };
}

/** The place of the step in which nothing lies. */
export const NO_STEP = -1;

/** The place of the step that contains the day, NO_STEP where none does. */
export function stepOn(steps: readonly OpenPeriod[], day: string): number {
  return steps.findIndex(({ from, until }) => (from === null || from <= day) && (until === null || day < until));
}

/** The step that the whole period lies in: usage without a day needs no other. Undefined where the period touches a bound. */
function stepOfAll(steps: readonly OpenPeriod[], period: Figures['period']): number | undefined {
  const crossed = steps.some(({ from, until }) =>
    [from, until].some((bound) => bound !== null && period.from < bound && bound < period.until),
  );
  return crossed ? undefined : stepOn(steps, period.from);
}

function dateMissing(trigger: Escalation['trigger']): RatingRefused {
  const day = trigger === 'usageDate' ? 'the day of use' : 'the day of the report';
  const message = `must say ${day}: the rate changes within the period`;
  return new RatingRefused([{ pointer: '/usage', code: 'usage-date-missing', message }]);
}
