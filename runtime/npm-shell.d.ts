/** The types of npm-shell.js, which is no TypeScript since an old Node runs it too. */
export declare function watchNpmShell(onGone: () => void): () => void;
export declare function isNohup(): boolean;
