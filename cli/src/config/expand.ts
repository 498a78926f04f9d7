/** `${VAR}`, `${VAR:-otherwise}` and `$${` in a text of the configuration. */

export type Expanded =
  | { readonly text: string; readonly names: readonly string[] }
  | { readonly problem: string };

/** Each is `$${`, or `${` with a whole reference or something that is none. */
const REFERENCES = /\$\$\{|\$\{(?:([A-Za-z_]\w*)(?::-([^}]*))?\})?/g;

const BEGINNINGS = /\$\$\{|\$\{/g;

/**
 * What a variable stands for is not looked at again. `:-` serves for an empty variable too, as in
 * a shell; an unset one without it is a problem.
 */
export function expand(text: string, find: (name: string) => string | undefined): Expanded {
  const names: string[] = [];
  let problem: string | undefined;
  const written = (match: string, name?: string, otherwise?: string) => {
    if (match === "$${") return "${";
    if (name === undefined) {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what a person writes
      problem ??= "${ without a variable's name and }; write $${ for these two characters";
      return "";
    }
    names.push(name);
    const value = find(name);
    if (otherwise !== undefined) return value ? value : otherwise;
    if (value === undefined) problem ??= unset(name);
    return value ?? "";
  };
  // Behind the last } none is whole: each would be looked for up to the end.
  const end = text.lastIndexOf("}") + 1;
  const whole = text.slice(0, end).replace(REFERENCES, written);
  const expanded = whole + text.slice(end).replace(BEGINNINGS, (match) => written(match));
  return problem === undefined ? { text: expanded, names } : { problem };
}

function unset(name: string): string {
  return `the variable ${name} is not set, neither in the environment nor in .env`;
}
