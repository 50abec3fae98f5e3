import type { Licence } from '../../bench/support/licence';
import { usageFile } from '../../bench/support/usage-file';
import type { Acknowledged } from './acknowledged';
import { Advance, royaltiesOf } from './expected-amounts';
import { corrected, planServiceMonth, type ServiceMonth, usageTotals } from './month-plan';
import { Money, type RoundActors } from './money';
import { finished, issued } from './operations';
import type { StripeFarSide } from './stripe-far-side';

interface RoundParts {
  readonly name: string;
  readonly licence: Licence;
  readonly actors: RoundActors;
  readonly stripe: StripeFarSide;
  readonly acknowledged: Acknowledged;
  readonly random: () => number;
  readonly months: readonly string[];
}

/**
 * One agreement's life: reports, closes, invoices, money in, money out, month after month, and a replacement of the first month in the
 * third. The money moves beside the months, so that a kill meets both.
 */
export class Round {
  private readonly licensed: ReadonlySet<string>;
  private readonly advance = new Advance();
  /** The months as they were reported last. */
  private readonly reported = new Map<string, ServiceMonth[]>();
  private readonly reportIds = new Map<string, string>();
  private monthsAreOver = false;

  constructor(private readonly parts: RoundParts) {
    this.licensed = new Set(parts.licence.isrcs);
  }

  async run(): Promise<void> {
    const { actors, stripe, acknowledged, name } = this.parts;
    const money = new Money({ actors, stripe, acknowledged, name, isOver: () => this.monthsAreOver });
    await Promise.all([this.months(), money.run()]);
  }

  private async months(): Promise<void> {
    const { months, licence, random } = this.parts;
    for (const [at, month] of months.entries()) {
      const services = licence.services.map(() => planServiceMonth(licence.isrcs, random));
      this.reported.set(month, services);
      await Promise.all(services.map((service, place) => this.report({ month, service, place })));
      const delta = at === 2 ? await this.correctFirstMonth() : 0n;
      await this.close(month, royaltiesOf(services, this.licensed) + delta);
    }
    this.monthsAreOver = true;
  }

  /** Returns what the correction adds. */
  private async correctFirstMonth(): Promise<bigint> {
    const month = this.parts.months[0]!;
    const [first, second] = this.reported.get(month) as [ServiceMonth, ServiceMonth];
    const better = corrected(first);
    await this.report({ month, service: better, place: 0, replaces: this.reportIds.get(`${month} 0`)! });
    return royaltiesOf([better, second], this.licensed) - royaltiesOf([first, second], this.licensed);
  }

  private async report({ month, service, place, replaces }: Report): Promise<void> {
    const { licence, name, actors, acknowledged } = this.parts;
    const messageId = `${name}-${month}-${place}${replaces === undefined ? '' : '-corrected'}`;
    const plan = {
      month,
      messageId,
      ...licence,
      serviceName: licence.services[place]!.name,
      contexts: service.contexts,
    };
    let file = '';
    for await (const chunk of usageFile({ ...plan, lines: () => service.lines })) file += chunk;
    const query = replaces === undefined ? '' : `?replaces=${replaces}`;
    const { id, operationId } = await actors.platform.upload<{ id: string; operationId: string }>(
      `/v1/usage-reports${query}`,
      'text/tab-separated-values',
      file,
      messageId,
    );
    acknowledged.reports.push({ id, ...usageTotals(service, this.licensed) });
    this.reportIds.set(`${month} ${place}`, id);
    await finished(actors.platform, operationId);
  }

  private async close(month: string, royalties: bigint): Promise<void> {
    const { licence, name, actors, acknowledged } = this.parts;
    const { agreementId } = licence;
    const path = `/v1/agreements/${agreementId}/closes`;
    const { id: operationId } = await actors.label.post<{ id: string }>(path, { month }, `${name}-close-${month}`);
    acknowledged.closes.push({ operationId, agreementId, month, ...this.advance.recoup(royalties) });
    const { result } = await finished(actors.label, operationId);
    await issued(actors.secondFinance, result!.statementId);
  }
}

interface Report {
  readonly month: string;
  readonly service: ServiceMonth;
  readonly place: number;
  readonly replaces?: string;
}
