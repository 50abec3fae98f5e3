/**
 * What this module asks and a higher one knows. That one registers its answer in its module's `onModuleInit`; where none does, there is `nothing` to be known.
 */
export abstract class AnsweredAbove<Asked extends readonly unknown[], Answer> {
  protected abstract readonly nothing: Answer;
  private answer: ((...asked: Asked) => Promise<Answer>) | undefined;

  register(answer: (...asked: Asked) => Promise<Answer>): void {
    this.answer = answer;
  }

  ask(...asked: Asked): Promise<Answer> {
    return this.answer === undefined ? Promise.resolve(this.nothing) : this.answer(...asked);
  }
}
