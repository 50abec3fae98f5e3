import { Module, type OnModuleInit } from '@nestjs/common';
import { Jobs } from '../platform/jobs/jobs';
import { KeptReadings } from './kept-readings';
import { MappingsController } from './mappings.controller';
import { ReadReport } from './read-report';
import { ReceiveReport } from './receive-report';
import { UsageController } from './usage.controller';

@Module({
  controllers: [UsageController, MappingsController],
  providers: [KeptReadings, ReceiveReport, ReadReport],
  exports: [KeptReadings],
})
export class UsageModule implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly readReport: ReadReport,
  ) {}

  onModuleInit(): void {
    this.jobs.register('read-report', (payload) => this.readReport.execute(payload));
  }
}
