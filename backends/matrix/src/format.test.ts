/** HTML of messages as blocks and back. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  type Block,
  blockquote,
  bold,
  type Content,
  container,
  contentBlock,
  emoji,
  fencedCode,
  heading,
  inlineCode,
  italics,
  link,
  list,
  mention,
  spoiler,
  strikethrough,
  text,
  underline,
} from "@seabird-chat/protocol";
import { readContent, writeBlock } from "./format.ts";

const names = {
  channelOf: (room: string) => (room === "#lobby:a.example" ? "#lobby:a.example" : undefined),
  roomOf: (channel: string) => (channel.startsWith("#") ? channel : undefined),
};

const HTML = "org.matrix.custom.html";

function read(formatted_body: string, more: object = {}): Block | undefined {
  return readContent({ body: "plain", format: HTML, formatted_body, ...more }, names);
}

suite("HTML becomes blocks", () => {
  const rows: readonly [what: string, html: string, expected: Content][] = [
    ["plain text", "hi", "hi"],
    ["entities", "a &lt;b&gt; &amp;amp; &#8364;", "a <b> &amp; €"],
    ["bold and italics", "a <strong>b</strong> <em>c</em>", ["a ", bold("b"), " ", italics("c")]],
    [
      "older names",
      "<b>b</b><i>i</i><strike>s</strike>",
      [bold("b"), italics("i"), strikethrough("s")],
    ],
    ["the same twice", "<b>a<strong>b</strong></b>", bold("ab")],
    ["underlined, struck out", "<u>u</u><del>d</del>", [underline("u"), strikethrough("d")]],
    [
      "colours are dropped",
      '<font color="#ff0000">r<span data-mx-color="#0f0">g</span></font>',
      "rg",
    ],
    ["code", "<code>a &lt;b&gt;</code>", inlineCode("a <b>")],
    ["formatting in code is text", "<code>a<b>b</b></code>", inlineCode("ab")],
    [
      "code with language",
      '<pre><code class="language-js">a\n  b\n</code></pre>',
      fencedCode("a\n  b", "js"),
    ],
    ["code without", "<pre>a\nb</pre>", fencedCode("a\nb")],
    ["blanks collapse", "  a \n  b  ", "a b"],
    ["blanks that do not break", "a &nbsp;b", "a  b"],
    ["line breaks", "a<br/>b<br>c", "a\nb\nc"],
    ["paragraphs", "<p>a</p>\n<p>b</p>\n", "a\n\nb"],
    ["a heading", "<h2>a</h2><p>b</p>", [heading("a", 2), "\nb"]],
    ["a quote", "<blockquote>\n<p>a</p>\n</blockquote>\nb", [blockquote("a"), "\nb"]],
    [
      "a list",
      "<p>a:</p><ul>\n<li>b</li>\n<li><b>c</b></li></ul>",
      ["a:\n", list(["b", bold("c")])],
    ],
    ["a numbered list", "<ol><li>b</li><li>c</li></ol>", list(["b", "c"], { ordered: true })],
    ["a list in a list", "<ul><li>a<ul><li>b</li></ul></li></ul>", list([["a\n", list(["b"])]])],
    ["a list without items", "a<ul></ul>", "a"],
    ["text between items", "<ul>x<li>a</li>y</ul>", list(["x", "a", "y"])],
    ["an item of no list", "<li>a</li><li>b</li>", "a\nb"],
    [
      "a table",
      "<table><tr><th>a</th><th>b</th></tr><tr><td>c</td><td>d</td></tr></table>",
      "a | b\nc | d",
    ],
    ["a spoiler", "<span data-mx-spoiler>s</span>", spoiler("s")],
    ["a spoiler with a reason", '<span data-mx-spoiler="plot">s</span>', ["(plot) ", spoiler("s")]],
    [
      "a link",
      '<a href="https://a.example/x?y=1&amp;z">a</a>',
      link("https://a.example/x?y=1&z", "a"),
    ],
    ["a link that runs scripts", '<a href="javascript:alert(1)">a</a>', "a"],
    ["a link with a scheme in disguise", '<a href=" java\nscript:x">a</a>', "a"],
    ["a relative link", '<a href="/etc">a</a>', "a"],
    ["a link of nothing", 'a<a href="https://a.example"></a>', "a"],
    [
      "an emoji",
      'a <img data-mx-emoticon src="mxc://a.example/x" alt=":p:">',
      ["a ", emoji(":p:", { id: "mxc://a.example/x" })],
    ],
    ["a picture of another kind", '<img src="https://a.example/x.png" alt="a cat">', "a cat"],
    [
      "an emoji from elsewhere",
      '<img data-mx-emoticon src="https://a.example/x" alt=":p:">',
      ":p:",
    ],
    ["scripts and styles", "a<script>b</script><style>c</style><svg><text>d</text></svg>", "a"],
    ["comments", "a<!-- <b>b</b> -->c", "ac"],
    ["an unknown element", "<blink>a</blink>", "a"],
    ["elements that are not closed", "<b>a<i>b", bold(["a", italics("b")])],
    ["elements closed in disorder", "<b>a<i>b</b>c</i>", [bold(["a", italics("b")]), "c"]],
    ["nothing", "<p> </p><ul><li></li></ul>", "plain"],
    ["the quote of an older answer", "<mx-reply><blockquote>q</blockquote></mx-reply>a", "a"],
  ];
  for (const [what, html, expected] of rows) {
    test(what, () => assert.deepEqual(read(html), contentBlock(expected)));
  }

  test("another format, and HTML of another type, are left aside", () => {
    assert.deepEqual(
      readContent({ body: "a", format: "x", formatted_body: "<b>a</b>" }, names),
      text("a"),
    );
    assert.deepEqual(readContent({ body: "a", format: HTML, formatted_body: 7 }, names), text("a"));
    assert.deepEqual(readContent({ body: "a", format: HTML }, names), text("a"));
  });

  test("without text there is none", () => {
    for (const content of [
      {},
      { body: "" },
      { body: " \n" },
      { body: 7 },
      { formatted_body: "a" },
    ]) {
      assert.equal(readContent(content, names), undefined);
    }
  });
});

suite("mentions", () => {
  const pill = '<a href="https://matrix.to/#/%40ann%3Aa.example">Ann</a>';
  const ann = { userId: "@ann:a.example" };
  const rows: readonly [what: string, html: string, content: object, expected: Content][] = [
    ["a pill of an older client", `${pill}: hi`, {}, [mention(ann, "Ann"), ": hi"]],
    [
      "a pill that notifies",
      pill,
      { "m.mentions": { user_ids: [ann.userId] } },
      mention(ann, "Ann"),
    ],
    [
      "a pill that does not",
      pill,
      { "m.mentions": {} },
      link("https://matrix.to/#/%40ann%3Aa.example", "Ann"),
    ],
    [
      "a pill as it was written before",
      '<a href="https://matrix.to/#/@ann:a.example">A</a>',
      {},
      mention(ann, "A"),
    ],
    ["a matrix: uri", '<a href="matrix:u/ann:a.example?action=chat">A</a>', {}, mention(ann, "A")],
    [
      "a room that the bot is in",
      '<a href="https://matrix.to/#/%23lobby%3Aa.example?via=b.example">lobby</a>',
      {},
      mention({ channelId: "#lobby:a.example" }, "lobby"),
    ],
    [
      "a room that it is not in",
      '<a href="https://matrix.to/#/%23x%3Aa.example">x</a>',
      {},
      link("https://matrix.to/#/%23x%3Aa.example", "x"),
    ],
    [
      "a message",
      '<a href="https://matrix.to/#/!r:a.example/$e">x</a>',
      {},
      link("https://matrix.to/#/!r:a.example/$e", "x"),
    ],
    [
      "an address that cannot be read",
      '<a href="https://matrix.to/#/%E0%A4%A">x</a>',
      {},
      link("https://matrix.to/#/%E0%A4%A", "x"),
    ],
    [
      "everyone",
      "hi <b>@room</b>!",
      { "m.mentions": { room: true } },
      ["hi ", bold(mention("everyone", "@room")), "!"],
    ],
    [
      "everyone, notified once",
      "@room @room",
      { "m.mentions": { room: true } },
      [mention("everyone", "@room"), " @room"],
    ],
    ["a word that notifies nobody", "hi @room", { "m.mentions": {} }, "hi @room"],
    [
      "mentions of another type",
      "hi @room",
      { "m.mentions": { room: "yes", user_ids: 7 } },
      "hi @room",
    ],
    ["another word", "me@room @rooms", { "m.mentions": { room: true } }, "me@room @rooms"],
  ];
  for (const [what, html, content, expected] of rows) {
    test(what, () => assert.deepEqual(read(html, content), contentBlock(expected)));
  }

  test("everyone, without formatting", () => {
    const content = { body: "hi @room", "m.mentions": { room: true } };
    assert.deepEqual(readContent(content, names), text`hi ${mention("everyone", "@room")}`);
  });

  test("only mention blocks notify", () => {
    const written = writeBlock(text`@bob:a.example @room ${mention(ann, "@Ann")}`, names);
    assert.deepEqual(written.mentions, { userIds: [ann.userId], notifiesRoom: false });
    assert.equal(
      written.formattedBody,
      '@bob:a.example @room <a href="https://matrix.to/#/%40ann%3Aa.example">@Ann</a>',
    );
    const everyone = writeBlock(mention("everyone", "all"), names);
    assert.deepEqual(everyone, { body: "@room", mentions: { userIds: [], notifiesRoom: true } });
  });

  test("one message notifies a hundred people at most, none by what is no id", () => {
    const many = Array.from({ length: 150 }, (_, n) => mention({ userId: `@u${n}:a.example` }));
    assert.equal(writeBlock(container(many), names).mentions.userIds.length, 100);
    assert.deepEqual(writeBlock(mention({ userId: "ann" }), names).mentions.userIds, []);
  });
});

suite("what older clients write in front of an answer or a persona's message is left out", () => {
  const rows: readonly [what: string, body: string, options: object, expected: string][] = [
    ["a quote", "> <@ann:a.example> q\n> more\n\na", { isReply: true }, "a"],
    ["a quote of an action", "> * <@ann:a.example> q\n\na", { isReply: true }, "a"],
    ["a quote of its own", "> q\n\na", { isReply: true }, "> q\n\na"],
    ["a quote in what is no answer", "> <@ann:a.example> q\n\na", {}, "> <@ann:a.example> q\n\na"],
    ["a name", "cat: meow", { fallbackName: "cat" }, "meow"],
    ["another name", "cat: meow", { fallbackName: "dog" }, "cat: meow"],
  ];
  for (const [what, body, options, expected] of rows) {
    test(what, () => assert.deepEqual(readContent({ body }, names, options), text(expected)));
  }

  test("a name in HTML", () => {
    const formatted_body = "<strong data-mx-profile-fallback>cat: </strong><i>meow</i>";
    const content = { body: "cat: meow", format: HTML, formatted_body };
    assert.deepEqual(readContent(content, names, { fallbackName: "cat" }), italics("meow"));
    assert.deepEqual(readContent(content, names), text`${bold("cat:")} ${italics("meow")}`);
  });
});

suite("blocks become HTML, and text for those who do not show it", () => {
  const rows: readonly [what: string, block: Block, body: string, html: string | undefined][] = [
    ["plain text", text("a <b>\n  c"), "a <b>\n  c", undefined],
    [
      "what looks like markup",
      bold('<i> & "'),
      '<i> & "',
      "<strong>&lt;i&gt; &amp; &quot;</strong>",
    ],
    ["blanks", bold("  a  b"), "  a  b", "<strong>&nbsp;&nbsp;a &nbsp;b</strong>"],
    [
      "a list",
      list(["a", bold("b")]),
      "• a\n• b",
      "<ul><li>a</li><li><strong>b</strong></li></ul>",
    ],
    [
      "lines before and behind a list",
      text`a:\n${list(["b"], { ordered: true })}\nc`,
      "a:\n1. b\nc",
      "a:<ol><li>b</li></ol>c",
    ],
    [
      "a list in a list in a quote",
      blockquote(list([["a\n", list(["b"])], "c"])),
      "> • a\n>   • b\n> • c",
      "<blockquote><ul><li>a<ul><li>b</li></ul></li><li>c</li></ul></blockquote>",
    ],
    [
      "a spoiler is not shown in notifications",
      spoiler("s"),
      "[spoiler]",
      "<span data-mx-spoiler>s</span>",
    ],
    [
      "a link",
      link("https://a.example/?b&c", "d"),
      "d (https://a.example/?b&c)",
      '<a href="https://a.example/?b&amp;c">d</a>',
    ],
    [
      "a link alone",
      link("https://a.example"),
      "https://a.example",
      '<a href="https://a.example">https://a.example</a>',
    ],
    ["a link that runs scripts", link("javascript:x", "a"), "a (javascript:x)", undefined],
    ["a heading", heading("a", 9), "a", "<h6>a</h6>"],
    [
      "code",
      fencedCode("a\n<b>", "js x"),
      "a\n<b>",
      '<pre><code class="language-js">a\n&lt;b&gt;\n</code></pre>',
    ],
    ["a language that is none", fencedCode("a", '"><b>'), "a", "<pre><code>a\n</code></pre>"],
    [
      "an emoji of the network",
      emoji(":p:", { id: "mxc://a.example/x" }),
      ":p:",
      '<img data-mx-emoticon src="mxc://a.example/x" alt=":p:" title=":p:" height="32" />',
    ],
    ["an emoji of another network", emoji(":p:", { id: "7" }), ":p:", undefined],
    [
      "a room",
      mention({ channelId: "#a:b.example" }),
      "#a:b.example",
      '<a href="https://matrix.to/#/%23a%3Ab.example">#a:b.example</a>',
    ],
    ["a channel that is no room", mention({ channelId: "7" }, "#x"), "#x", undefined],
  ];
  for (const [what, block, body, html] of rows) {
    test(what, () => {
      const written = writeBlock(block, names);
      assert.deepEqual([written.body, written.formattedBody], [body, html]);
    });
  }
});
