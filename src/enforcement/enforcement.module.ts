import { Module, type OnModuleInit } from '@nestjs/common';
import { AgreementsModule, OnConcluded, OnDuePaid } from '../agreements';
import { ClaimsController } from './claims.controller';
import { EndClaim } from './end-claim';
import { RecordClaim } from './record-claim';
import { UseReleasesController } from './use-releases.controller';
import { SettleClaims } from './settle-claims';

@Module({
  imports: [AgreementsModule],
  controllers: [ClaimsController, UseReleasesController],
  providers: [RecordClaim, EndClaim, SettleClaims],
})
export class EnforcementModule implements OnModuleInit {
  constructor(
    private readonly onConcluded: OnConcluded,
    private readonly onDuePaid: OnDuePaid,
    private readonly settleClaims: SettleClaims,
  ) {}

  onModuleInit(): void {
    this.onConcluded.register('enforcement', (tx, agreement, terms) =>
      this.settleClaims.onConcluded(tx, agreement, terms),
    );
    this.onDuePaid.register('enforcement', (tx, paid) => this.settleClaims.onDuePaid(tx, paid));
  }
}
