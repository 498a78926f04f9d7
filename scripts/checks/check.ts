/** What every check of the repository is: a name, a sentence, and a function that finds problems. */
export interface Check {
  readonly name: string;
  /** Completes "checks that …". */
  readonly that: string;
  /** Looks at the tree below `root` and says, a line each, what is wrong and what would be right. */
  find(root: string): Promise<string[]>;
}
