import { Module, type OnModuleInit } from '@nestjs/common';
import { AgreementsModule, OnBackFeePaid, OnConcluded } from '../agreements';
import { ClaimsController } from './claims.controller';
import { RecordClaim } from './record-claim';
import { SettleClaims } from './settle-claims';

@Module({
  imports: [AgreementsModule],
  controllers: [ClaimsController],
  providers: [RecordClaim, SettleClaims],
})
export class EnforcementModule implements OnModuleInit {
  constructor(
    private readonly onConcluded: OnConcluded,
    private readonly onBackFeePaid: OnBackFeePaid,
    private readonly settleClaims: SettleClaims,
  ) {}

  onModuleInit(): void {
    this.onConcluded.register('enforcement', (tx, agreement, terms) =>
      this.settleClaims.onConcluded(tx, agreement, terms),
    );
    this.onBackFeePaid.register('enforcement', (tx, agreement, paidAt) =>
      this.settleClaims.onBackFeePaid(tx, agreement, paidAt),
    );
  }
}
