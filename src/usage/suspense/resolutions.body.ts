import {
  ChoiceField,
  IdField,
  IdsField,
  IsrcField,
  ObjectsField,
  TextField,
  TextsField,
} from '../../platform/http/fields';
import { PageQuery } from '../../platform/http/paging';
import { resolutionStates, type ResolutionState } from './resolutions.repository';

export class ResolutionBody {
  @IdField({ optional: true, description: 'only what this service reports; absent: all services' })
  readonly serviceId?: string;

  @IsrcField({ description: 'as it was reported: no agreement between the two names it' })
  readonly reportedIsrc!: string;

  @IsrcField({ description: 'the recording that it is: an agreement between the two names it' })
  readonly isrc!: string;

  @TextsField({
    optional: true,
    max: 120,
    pattern: /^(19|2\d)\d{2}-(0[1-9]|1[0-2])$/,
    description: 'only use of these months: YYYY-MM; absent: all',
  })
  readonly months?: string[];

  @TextField({ min: 3, max: 500, example: 'A zero was typed as an O.' })
  readonly reason!: string;
}

export class ResolutionsBody {
  @IdField({ description: 'the label or platform that is to decide' })
  readonly counterpartyId!: string;

  @ObjectsField(() => ResolutionBody, { max: 1000 })
  readonly resolutions!: ResolutionBody[];
}

export class DecisionsBody {
  @IdsField({ max: 1000 })
  readonly ids!: string[];

  @ChoiceField(['accepted', 'declined', 'withdrawn'])
  readonly decision!: 'accepted' | 'declined' | 'withdrawn';

  @TextField({ optional: true, max: 500 })
  readonly reason?: string;
}

export class ResolutionsQuery extends PageQuery {
  @ChoiceField(resolutionStates, { optional: true, description: 'only those in this state' })
  readonly state?: ResolutionState;
}
