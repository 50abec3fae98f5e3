import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Licence } from '../../bench/support/licence';
import { ApiRefusal } from '../../src/sample/api-client';
import type { Findings } from './findings';
import { ended, issued, listed, Standstill } from './operations';
import type { PatientClient } from './patient-client';
import {
  eventsBody,
  plannedDelta,
  type PlannedEvent,
  plannedFile,
  type PlannedReport,
  plannedTable,
  type TableWish,
} from './usage-plan';

/** A report that was answered with 202, and how it must end. */
export interface SentReport extends PlannedReport {
  readonly id: string;
  state: 'accepted' | 'superseded' | 'refused';
}

interface RoundParts {
  readonly name: string;
  readonly licence: Licence;
  readonly platform: PatientClient;
  readonly label: PatientClient;
  /** Issues what the other asks for. */
  readonly second: PatientClient;
  readonly mappingId: string;
  readonly random: () => number;
  readonly findings: Findings;
  readonly months: readonly string[];
  readonly largeBytes: number;
  /** False once enough has been killed: the round ends with its next month. */
  readonly goesOn: () => boolean;
}

interface Answer {
  readonly id: string;
  readonly operationId: string;
}

/**
 * One agreement's usage, month after month: files, tables small and large, events; each twice at once, some replaced, some late; the
 * month's close is asked for meanwhile, so that it comes before some of them. The last month's close takes up what came late.
 */
export class UsageRound {
  readonly reports: SentReport[] = [];
  readonly events = new Map<string, PlannedEvent>();
  readonly closed: string[] = [];
  /** Requests that carry usage and have no answer yet. */
  uploading = 0;
  private number = 0;

  constructor(readonly parts: RoundParts) {}

  async run(): Promise<void> {
    const { months, goesOn } = this.parts;
    for (const [at, month] of months.entries()) {
      const isLast = at === months.length - 1 || (at > 0 && !goesOn());
      await (isLast ? this.lastMonth(month) : this.month(month, months[at - 1]));
      this.closed.push(month);
      if (isLast) return;
    }
  }

  private async month(month: string, before: string | undefined): Promise<void> {
    const { random, largeBytes } = this.parts;
    const small = this.table(month, ['BY', 'AM'], 0);
    await Promise.all([
      this.file(month),
      this.table(month, ['AZ', 'KG', 'UZ'], largeBytes),
      small.then((report) => this.afterwards(report)),
      this.send(month, 6),
      // What comes late is a difference of a month that is closed already.
      ...(before === undefined ? [] : [this.send(before, 1), this.late(before)]),
      wait(random() * 1500).then(() => this.close(month)),
    ]);
  }

  /** Everything of the months before has been answered and read: this close books what they differ by. */
  private async lastMonth(month: string): Promise<void> {
    await this.table(month, ['TJ'], 0);
    await this.close(month);
  }

  private async file(month: string): Promise<void> {
    const { licence, random } = this.parts;
    await this.deliver(await plannedFile({ licence, month, random, messageId: this.next(month) }));
  }

  private table(month: string, territories: readonly string[], bytesMin: number): Promise<SentReport> {
    return this.deliver(this.plannedTable(month, territories, bytesMin));
  }

  private plannedTable(month: string, territories: readonly string[], bytesMin: number): PlannedReport {
    return plannedTable(this.wish(month, territories, bytesMin));
  }

  private wish(month: string, territories: readonly string[], bytesMin: number): TableWish {
    const { licence, random, mappingId } = this.parts;
    return { licence, random, mappingId, month, territories, bytesMin, messageId: this.next(month) };
  }

  /** A rival that speaks for the same places is refused; a replacement takes over; the replaced message is told once more and changes nothing. */
  private async afterwards(report: SentReport): Promise<void> {
    await this.deliver(this.plannedTable(report.month, ['AM'], 0), 'refused');
    const better = this.plannedTable(report.month, ['BY', 'AM', 'MD'], 0);
    await this.deliver({ ...better, query: { ...better.query, replaces: report.id } });
    report.state = 'superseded';
    await this.upload(report, report.id);
  }

  /** A small table is corrected after its month's close: by the whole again, or by differences. */
  private async late(month: string): Promise<void> {
    const first = this.reports.find(
      (report) => report.month === month && report.state === 'accepted' && isSmall(report),
    );
    if (first === undefined) return;
    const asDelta = this.parts.random() < 0.6;
    const wish = this.wish(month, ['BY', 'MD'], 0);
    const better = asDelta ? plannedDelta(first, wish) : plannedTable(wish);
    const query = { ...better.query, replaces: first.id, ...(asDelta && { as: 'delta' }) };
    await this.deliver({ ...better, query });
    first.state = 'superseded';
  }

  /** Sent twice at the same time, under keys of their own; both answers are one. Waits until it is read. */
  private async deliver(planned: PlannedReport, state: SentReport['state'] = 'accepted'): Promise<SentReport> {
    const answers = await Promise.all([this.upload(planned), this.upload(planned)]);
    const [{ id, operationId }, other] = answers;
    if (id !== other.id) this.parts.findings.duplicated(`message ${planned.messageId}`);
    const report = { ...planned, id, state };
    this.reports.push(report);
    const end = await ended(this.parts.platform, operationId);
    const wanted = state === 'refused' ? 'period-already-reported' : 'done';
    if ((end.problem?.code ?? end.state) !== wanted) {
      this.parts.findings.lost(`${planned.messageId}: ${end.state}, not ${wanted}: ${JSON.stringify(end.problem)}`);
    }
    return report;
  }

  private async upload({ type, content, query, messageId }: PlannedReport, expectedId?: string): Promise<Answer> {
    const path = `/v1/usage-reports?${new URLSearchParams(query).toString()}`;
    const answer = await this.counted(() => this.parts.platform.upload<Answer>(path, type, content));
    if (expectedId !== undefined && answer.id !== expectedId) this.parts.findings.duplicated(`message ${messageId}`);
    return answer;
  }

  /** Batches in disorder, each with events of those before, and now and then twice at once. */
  private async send(month: string, batches: number): Promise<void> {
    const { licence, platform, random, findings } = this.parts;
    const own: PlannedEvent[] = [];
    for (let number = 0; number < batches; number += 1) {
      const fresh = Array.from({ length: 1 + Math.floor(random() * 200) }, () => ({
        ...{ id: randomUUID(), month },
        isrc: licence.isrcs[Math.floor(random() * licence.isrcs.length)]!,
        quantity: 1 + Math.floor(random() * 90),
      }));
      const batch = [...fresh, ...own.slice(-60)].sort(() => random() - 0.5);
      const halves = [batch, batch.slice(0, Math.ceil(batch.length / 2))];
      const type = 'application/cloudevents-batch+json';
      const taken = await this.counted(() =>
        Promise.all(
          halves.map((half) =>
            platform.upload<{ rejected: number }>('/v1/usage-events', type, eventsBody(licence, half)),
          ),
        ),
      );
      if (taken.some(({ rejected }) => rejected > 0)) findings.lost('sound events, which were rejected');
      own.push(...fresh);
      for (const event of fresh) this.events.set(event.id, event);
      await wait(random() * 100);
    }
  }

  /** Asks, twice at once, until there is a statement: while a report is being read a month is not closed, and what comes after a draft makes another. */
  private async close(month: string): Promise<void> {
    const standstill = new Standstill(`the close of ${month}`);
    for (;;) {
      const answers = await Promise.all([this.askToClose(month), this.askToClose(month)]);
      if (answers.some((answer) => answer === 'done' || answer === 'period-already-closed')) return;
      if (answers.some((answer) => !again.includes(answer))) throw new Error(`${month}: ${answers.join()}`);
      standstill.look(answers.join());
      await wait(50);
    }
  }

  /** Drafts the month and issues it; gives how that ended. */
  private async askToClose(month: string): Promise<string> {
    const { licence, label, second } = this.parts;
    let draftId: string | undefined;
    try {
      const { id } = await label.post<{ id: string }>(`/v1/agreements/${licence.agreementId}/closes`, { month });
      const { state, problem, result } = await ended(label, id);
      if (state === 'failed') return problem?.code ?? '';
      draftId = result!.statementId;
      await issued(second, draftId);
      return 'done';
    } catch (error) {
      if (!(error instanceof ApiRefusal) || error.code === undefined) throw error;
      const isGone = error.code === 'not-found' && draftId !== undefined && (await isSuperseded(second, draftId));
      return isGone ? 'superseded' : error.code;
    }
  }

  private async counted<T>(request: () => Promise<T>): Promise<T> {
    this.uploading += 1;
    try {
      return await request();
    } finally {
      this.uploading -= 1;
    }
  }

  private next(month: string): string {
    return `${this.parts.name}-${month}-${(this.number += 1)}`;
  }
}

/**
 * Something came between, or the other request was faster. Of two closes the second one voids the draft of the first where events have come since, and a draft that is
 * void is found under no address: whoever looks at it then has to close again. That it is void its approval says; not found for another reason is lost.
 */
const again = ['period-not-closable', 'statement-outdated', 'approval-decided', 'superseded'];

async function isSuperseded(second: PatientClient, draftId: string): Promise<boolean> {
  const approvals = await listed<{ subjectId: string; decision: string | null }>(second, '/v1/approvals');
  return approvals.some(({ subjectId, decision }) => subjectId === draftId && decision === 'void');
}

const isSmall = ({ query, content }: SentReport): boolean => query.mappingId !== undefined && content.length < 1e6;
