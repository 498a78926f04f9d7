/** Core's gauges, read from its metrics. */

const STEADY =
  /connections|streams|backends|channels|commands|requests|calls|buffer|active_timeouts/;

/** Every gauge by name and labels. */
export async function gauges(
  url: string,
  metricsToken: string,
): Promise<Readonly<Record<string, string>>> {
  const headers = { authorization: `Bearer ${metricsToken}`, connection: "close" };
  const text = await (await fetch(`${url}/metrics`, { headers })).text();
  const names = [...text.matchAll(/^# TYPE (seabird_\w+) gauge$/gm)].map(([, name]) => name);
  const lines = text.split("\n").filter((line) => names.includes(line.split(/[ {]/, 1)[0]));
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

/** Those that are the same before and after whatever comes and goes; zeros are left out. */
export function steady(all: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(all).filter(([name, value]) => STEADY.test(name) && value !== "0"),
  );
}

export async function steadyGauges(url: string, metricsToken: string) {
  return steady(await gauges(url, metricsToken));
}
