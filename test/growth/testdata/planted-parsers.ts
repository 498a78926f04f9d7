/** A parser that is linear, and two that are not. */

export function lastOfEach(text: string): Map<string, number> {
  const last = new Map<string, number>();
  for (let at = 0; at < text.length; at++) last.set(text.charAt(at), at);
  return last;
}

export function lastOfEachSlowly(text: string): Map<string, number> {
  const last = new Map<string, number>();
  for (let at = 0; at < text.length; at++) {
    let found = at;
    for (let later = at + 1; later < text.length; later++) {
      if (text.charAt(later) === text.charAt(at)) found = later;
    }
    last.set(text.charAt(at), found);
  }
  return last;
}

/** From each blank it looks for the end of the text again. */
export function endsOfBlanks(text: string): string {
  return `${text}.`.replace(/ +$/g, "");
}
