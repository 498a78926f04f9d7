/** Whether an answer means yes. Pure. */

const YES = /^(y|ye|yes|yep|yeah|yup|ok|okay|sure|do it|go ahead)[.!\s]*$/i;

/** Everything that is not clearly a yes is a no. */
export function isAffirmative(answer: string): boolean {
  return YES.test(answer.trim());
}
