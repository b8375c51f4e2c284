/**
 * Documents that are markup → their text: Word's .docx as `office.hy` reads it; web pages and
 * Markdown roughly as `web.hy` and `markdown.hy` do.
 */

/** Characters of XML, elements, and elements within one another: those of a thousand pages. */
const MOST_XML = 2 ** 25;
const MOST_ELEMENTS = 1_000_000;
const DEEPEST = 100;

/** Signatures in a zip archive: of a member in its directory, and of the end. */
const [CENTRAL, END] = [0x02014b50, 0x06054b50];

/** The member that is the document: some programs number it. */
const MAIN = /^word\/document\d*\.xml$/;

/**
 * Elements of Word that are left out: tab stops, what was deleted or moved, copies for older
 * programs, drawings, hidden text, tables of contents.
 */
const LEFT_OUT = `tabs, del, moveFrom, Fallback, rt, txBody,
  r:has(> rPr > vanish:not([*|val="0"], [*|val="false"], [*|val="off"])),
  p:has(> pPr > pStyle:is([*|val^="TOC"], [*|val^="Contents"])),
  sdt:has(> sdtPr > docPartObj > docPartGallery[*|val="Table of Contents"])`;

/** Elements with text, and what those without stand for; a row has the paragraphs of its cells. */
const PARTS = `t, tab, cr, br:not([*|type="page"], [*|type="column"]), noBreakHyphen, p`;
const TEXTS: Record<string, string> = { tab: "\t", cr: "\n", br: "\n", noBreakHyphen: "-", p: " " };

/** Characters that no document means by its text: control characters, where words may break. */
const UNWANTED = /[^\P{Cc}\t\n\r]|[\xad\u200b\ufeff\ufffe\uffff]/gu;

/** Return the text of a document of Word, a line for each paragraph and table row. */
export async function readDocx(bytes: Uint8Array<ArrayBuffer>) {
  try {
    const lines = wordLines(await mainPart(bytes));
    return joinedLines(lines.filter((line, n) => line || (n > 0 && lines[n - 1])));
  } catch (error) {
    const known = (error as Error).message.startsWith("intake.");
    throw known ? error : new Error("intake.damaged");
  }
}

/** Return the XML of the document in a zip archive. */
async function mainPart(bytes: Uint8Array<ArrayBuffer>) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (view.getUint32(end, true) !== END) {
    end -= 1; // there may be a comment; without an end, this raises at last
  }
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (view.getUint32(at, true) !== CENTRAL) throw new RangeError("no member");
    const [named, extra, comment] = [28, 30, 32].map((n) => view.getUint16(at + n, true));
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + named));
    if (MAIN.test(name)) {
      const own = view.getUint32(at + 42, true);
      const start = own + 30 + view.getUint16(own + 26, true) + view.getUint16(own + 28, true);
      const data = bytes.subarray(start, start + view.getUint32(at + 20, true));
      return decompressed(new Blob([data]).stream(), view.getUint16(at + 10, true) > 0);
    }
    at += 46 + named + extra + comment;
  }
  throw new Error("intake.convert"); // another kind of document, or of archive
}

/** Return the text of a member, no more than `MOST_XML`. */
async function decompressed(stored: ReadableStream<Uint8Array<ArrayBuffer>>, packed: boolean) {
  const data = packed ? stored.pipeThrough(new DecompressionStream("deflate-raw")) : stored;
  const reader = data.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += part.value;
    if (text.length > MOST_XML) throw new Error("intake.large");
  }
  return text;
}

/** Return the paragraphs and rows in a document's XML. */
function wordLines(xml: string) {
  // No document of Word has entities, of which a few can stand for any amount of text.
  const root = /<!DOCTYPE/.test(xml) ? null : parsed(xml, "application/xml");
  if (!root || root.querySelector(`parsererror, ${"* > ".repeat(DEEPEST)}*`)) {
    throw new Error("intake.damaged");
  }
  root.querySelectorAll(LEFT_OUT).forEach((element) => element.remove());
  // What is in a text box comes before the paragraph around it.
  root
    .querySelectorAll("p p, p tbl")
    .forEach((box) => box.parentElement?.closest("p")?.before(box));
  return [...root.querySelectorAll("p:not(tr *), tr:not(tr *)")].map((line) => {
    const parts = [...line.querySelectorAll(PARTS)].map(
      (part) => TEXTS[part.localName] ?? part.textContent,
    );
    return line.localName === "tr" ? inOneLine(parts.join("")) : parts.join("").trimEnd();
  });
}

function parsed(source: string, type: DOMParserSupportedType) {
  if ((source.match(/<[^/?!]/g) ?? []).length > MOST_ELEMENTS) throw new Error("intake.large");
  return new DOMParser().parseFromString(source, type);
}

/** Return a text with each run of white space as one space, but with its no-break spaces. */
function inOneLine(text: string) {
  return text.replace(/[ \t\r\n\f]+/g, " ").trim();
}

function joinedLines(lines: string[]) {
  return [...lines, ""].join("\n").replace(UNWANTED, "");
}

// * Web pages and Markdown

/** Elements of a web page that are no part of its text. */
const UNREAD = `script, style, template, noscript, nav, form, button, select, svg, math, iframe,
  object, audio, video, canvas, aside, [hidden], body > header:not(#title-block-header),
  body > footer, .footnotes, [id^=sdfootnote], sup a, a sup`;

/** Elements that end lines, but for what is alone in the cell of a table. */
const BLOCKS = `:is(address, article, blockquote, br, center, dd, details, div, dl, dt, fieldset,
  figcaption, figure, h1, h2, h3, h4, h5, h6, header, footer, hr, li, main, ol, p, pre, section,
  summary, table, tr, ul):not(:is(td, th) > :is(p, div):only-child)`;

/** Stands for the end of a line. */
const LINE = "\x1c";

/** Return the text of a web page or Markdown, by the `name` of its file, or of another text. */
export function markupText(source: string, name: string) {
  if (/\.(?:md|markdown)$/i.test(name)) {
    return source // without front matter, the addresses of links, and embedded notes
      .replace(/^---[^\S\n]*\n(?:(?:[\w"'][^:\n]*:|[-#\t ])[^\n]*\n|\r?\n)*?---[^\S\n]*\n/, "")
      .replace(/!?\[([^[\]]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+"[^"\n]*")?\)/g, "$1")
      .replace(/!\[\[[^[\]\n]*\]\]|\[\[(?:[^[\]|\n]*\|)?([^[\]|\n]*)\]\]/g, "$1");
  }
  return /\.x?html?$/i.test(name) ? htmlText(source) : source;
}

function htmlText(source: string) {
  const { body } = parsed(source, "text/html");
  body.querySelectorAll(UNREAD).forEach((element) => element.remove());
  body.querySelectorAll(BLOCKS).forEach((block) => {
    block.before(LINE);
    block.after(LINE);
  });
  body.querySelectorAll("td, th").forEach((cell) => cell.after(" "));
  body.querySelectorAll("pre").forEach((pre) => {
    pre.textContent = pre.textContent.replaceAll("\n", LINE);
  });
  return joinedLines(body.textContent.split(LINE).map(inOneLine).filter(Boolean));
}
