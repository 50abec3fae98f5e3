import { ApiProperty } from '@nestjs/swagger';

export class MissingView {
  @ApiProperty() readonly pointer!: string;
  @ApiProperty() readonly code!: string;
  @ApiProperty() readonly message!: string;
}
