/** Whether an answer is affirmative. Pure. */

const AFFIRMATIVE = /^(y|ye|yes|yep|yeah|yup|ok|okay|sure|do it|go ahead)[.!\s]*$/i;

/** Anything that is not clearly affirmative counts as a no. */
export function isAffirmative(answer: string): boolean {
  return AFFIRMATIVE.test(answer.trim());
}
