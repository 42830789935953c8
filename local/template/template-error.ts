/** The template holds what the one machine does not know or cannot make; names the logical id and what is wrong. */
export class TemplateError extends Error {
  constructor(logicalID: string, problem: string, options?: ErrorOptions) {
    super(`Template resource ${logicalID}: ${problem}`, options);
    this.name = 'TemplateError';
  }
}
