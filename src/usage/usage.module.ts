import { Module, type OnModuleInit } from '@nestjs/common';
import { Jobs } from '../platform/jobs/jobs';
import { ReadReport } from './read-report';
import { ReceiveReport } from './receive-report';
import { UsageController } from './usage.controller';

@Module({ controllers: [UsageController], providers: [ReceiveReport, ReadReport] })
export class UsageModule implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly readReport: ReadReport,
  ) {}

  onModuleInit(): void {
    this.jobs.register('read-report', (payload) => this.readReport.execute(payload));
  }
}
