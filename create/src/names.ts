/** A project's name, and what becomes of it in code. Pure. */

const LONGEST = 40;
/** The names of the parts that come with Seabird; two parts of one name would share a token's. */
const TAKEN = ["core", "help", "introspection", "irc", "ping", "terminal", "up"];
/** Words that no variable may have as its name, of those that a project's name can be. */
const RESERVED =
  /^(await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|eval|export|extends|false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|null|package|private|protected|public|return|static|super|switch|this|throw|true|try|typeof|var|void|while|with|yield)$/;

/** What is wrong with the name, or undefined. */
export function nameProblem(name: string): string | undefined {
  if (name === "") return "a name, please, such as dice";
  if (name.length > LONGEST) return `at most ${LONGEST} characters`;
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    return "small letters, digits and single hyphens, a letter first, such as dice or word-game";
  }
  if (TAKEN.includes(name)) return `${name} is the name of a part that comes with Seabird`;
  if (RESERVED.test(name)) return `${name} is a word of the language`;
  return undefined;
}

/** `word-game` as a variable: `wordGame`. */
export function variableName(name: string): string {
  return name.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** `word-game` as a type: `WordGame`. */
export function typeName(name: string): string {
  const variable = variableName(name);
  return variable.charAt(0).toUpperCase() + variable.slice(1);
}
