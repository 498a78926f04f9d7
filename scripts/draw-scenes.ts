/** Draws what the people of several networks see as an SVG: a panel for each, a line for each row. */
import type { Scene, SceneRow } from "../test/support/poll-scene.ts";

const PANEL = { width: 330, left: 16 } as const;
const LINE = 22;
const HEAD = 64;
const FOOT = 16;
/** Of the longest line that fits. */
const MAX_CHARACTERS = 44;

const TITLES: Readonly<Record<Scene["type"], readonly [network: string, programs: string]>> = {
  irc: ["IRC", "inspircd, seen by ii"],
  matrix: ["Matrix", "Synapse, seen by matrix-nio"],
  xmpp: ["XMPP", "prosody, seen by slixmpp"],
};

const COLORS: Readonly<Record<SceneRow["who"], string>> = { ann: "#9a6700", seabird: "#0969da" };

/** The same scenes give the same bytes. */
export function drawScenes(
  scenes: readonly Scene[],
  title = `One plugin on ${scenes.length} networks at once`,
): string {
  const width = scenes.length * PANEL.width;
  const height = HEAD + LINE * Math.max(...scenes.map(({ rows }) => rows.length)) + FOOT;
  const panels = scenes.map((scene, index) => {
    return `<g transform="translate(${index * PANEL.width} 0)">\n${panel(scene, height)}\n</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13" fill="#1f2328">
<title>${title}</title>
<rect width="${width}" height="${height}" fill="#ffffff"/>
${panels.join("\n")}
</svg>
`;
}

function panel({ type, rows }: Scene, height: number): string {
  const [network, programs] = TITLES[type];
  return [
    `<rect x="4" y="4" width="${PANEL.width - 8}" height="${height - 8}" rx="8" fill="none" stroke="#d0d7de"/>`,
    `<text x="${PANEL.left}" y="28" font-size="15" font-weight="bold">${network}</text>`,
    `<text x="${PANEL.left}" y="46" font-size="11" fill="#57606a">${programs}</text>`,
    ...rows.map((row, index) => line(row, HEAD + LINE * index + 12)),
  ].join("\n");
}

function line({ who, does, text }: SceneRow, y: number): string {
  const name = `<tspan font-weight="bold" fill="${COLORS[who]}">${who}</tspan>`;
  const doing = does === "says" ? "" : `<tspan fill="#57606a"> ${does}</tspan>`;
  return `<text x="${PANEL.left}" y="${y}">${name}${doing} ${styled(text.slice(0, MAX_CHARACTERS))}</text>`;
}

/** IRC's sign for bold begins and ends it. */
function styled(text: string): string {
  return text
    .split("\x02")
    .map((part, index) =>
      index % 2 === 1 ? `<tspan font-weight="bold">${escapeXml(part)}</tspan>` : escapeXml(part),
    )
    .join("");
}

function escapeXml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has none
  return text.replace(/[\u0000-\u001f]/g, "").replace(/[&<>]/g, (sign) => entities[sign] ?? "");
}
