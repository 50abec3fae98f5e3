import { Module } from '@nestjs/common';
import { AcceptRevision } from './accept-revision';
import { EndNegotiation } from './end-negotiation';
import { NegotiationsController } from './negotiations.controller';
import { OpenNegotiation } from './open-negotiation';
import { ReviseOffer } from './revise-offer';
import { RevisionsController } from './revisions.controller';

@Module({
  controllers: [NegotiationsController, RevisionsController],
  providers: [OpenNegotiation, ReviseOffer, AcceptRevision, EndNegotiation],
})
export class OffersModule {}
