import { getSchemaPath } from '@nestjs/swagger';

/** A property that is a view or null; a view that stands nowhere else is named by ApiExtraModels. */
export const orNull = (view: new () => object) => ({ oneOf: [{ $ref: getSchemaPath(view) }, { type: 'null' }] });
