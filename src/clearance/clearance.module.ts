import { Module } from '@nestjs/common';
import { ClearUses } from './clear-uses';
import { ClearanceController } from './clearance.controller';

@Module({
  controllers: [ClearanceController],
  providers: [ClearUses],
})
export class ClearanceModule {}
