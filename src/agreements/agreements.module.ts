import { Module } from '@nestjs/common';
import { AgreementsController } from './agreements.controller';
import { ConcludeAgreement } from './conclude-agreement';
import { OnConcluded } from './on-concluded';
import { SignAgreement } from './sign-agreement';

@Module({
  controllers: [AgreementsController],
  providers: [OnConcluded, ConcludeAgreement, SignAgreement],
  exports: [OnConcluded],
})
export class AgreementsModule {}
