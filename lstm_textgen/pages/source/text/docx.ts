/**
 * Documents of Word (.docx), zip archives of XML: the text of their paragraphs, as in `office.hy`.
 */

/** Bytes of XML: as elements it takes much more memory. */
const MOST_XML = 2 ** 25;

/** Elements within one another, and in all: those of a thousand pages. */
const DEEPEST = 1000;
const MOST_ELEMENTS = 1_000_000;

/** Milliseconds for all of them: tables within tables take long. */
const LONGEST_READ = 10_000;

/** Elements that join the lines within them. */
const CELLS = ["tr", "tc"];

/** Bytes in which the end of an archive is found: it may have a comment. */
const COMMENT = 2 ** 16;

const [CENTRAL, LOCAL, END] = [0x02014b50, 0x04034b50, 0x06054b50];

/** Elements that are left out: tab stops, what was deleted or moved, copies for older programs. */
const LEFT_OUT = ["tabs", "del", "moveFrom", "Fallback", "rt"];

/** The namespaces of elements that have a meaning here: not drawings. */
const NAMESPACES = /wordprocessingml|\/math|markup-compatibility/;

/** Characters that no document means by its text: control characters, where words may break. */
const UNWANTED = /[^\P{Cc}\t\n\r]|[\xad\u200b\ufeff\ufffe\uffff]/gu;

/** Of an archive. */
export interface Member {
  method: number; // of compression
  flags: number;
  checksum: number;
  packed: number; // bytes
  size: number; // in bytes, unpacked
  place: number; // of its own header
}

/** Return the text of a document, a line for each paragraph and table row. */
export async function readDocx(bytes: Uint8Array<ArrayBuffer>) {
  let members = new Map();
  try {
    members = membersOf(bytes);
  } catch {
    throw new Error("intake.damaged");
  }
  const links = members.has(LINKS) ? await readXml(bytes, members, LINKS) : null;
  const main = [...(links?.getElementsByTagName("*") ?? [])].find((link) =>
    link.getAttribute("Type")?.endsWith("/officeDocument"),
  );
  const name = main?.getAttribute("Target")?.replace(/^\//, "") ?? "word/document.xml";
  if (!members.has(name)) {
    throw new Error("intake.convert"); // another kind of document, or of archive
  }
  const root = await readXml(bytes, members, name);
  const lines: string[] = [];
  textOf(root, lines, 0, performance.now() + LONGEST_READ);
  return lines
    .filter((line, n) => line || (n > 0 && lines[n - 1]))
    .map((line) => `${line.replace(UNWANTED, "")}\n`)
    .join("");
}

/** The member that says which one is the document. */
const LINKS = "_rels/.rels";

// * Archives

/** Return the members of a zip archive by their names. */
function membersOf(bytes: Uint8Array): Map<string, Member> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (view.getUint32(end, true) !== END) {
    end -= 1;
    if (end < bytes.length - 22 - COMMENT) {
      throw new RangeError("no end");
    }
  }
  const members = new Map();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (view.getUint32(at, true) !== CENTRAL) {
      throw new RangeError("no member");
    }
    const [named, extra, comment] = [28, 30, 32].map((n) => view.getUint16(at + n, true));
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + named));
    members.set(name, {
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      checksum: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      place: view.getUint32(at + 42, true),
    });
    at += 46 + named + extra + comment;
  }
  return members;
}

/** Return the root element of the XML in the member `name`. */
async function readXml(bytes: Uint8Array<ArrayBuffer>, members: Map<string, Member>, name: string) {
  const member = members.get(name) as Member;
  if (member.flags & 1) {
    throw new Error("intake.locked");
  }
  if (member.size > MOST_XML) {
    throw new Error("intake.large");
  }
  const data = await unpacked(bytes, member).catch(() => null);
  const wide = data?.[0] === 0xff ? "utf-16le" : data?.[0] === 0xfe ? "utf-16be" : "utf-8";
  const text = new TextDecoder(wide).decode(data ?? undefined);
  // Entities, of which a few can stand for any amount of text, are in no document of Word.
  if (!data || /<!DOCTYPE/i.test(text)) {
    throw new Error("intake.damaged");
  }
  if ((text.match(/<[^/?!]/g) ?? []).length > MOST_ELEMENTS) {
    throw new Error("intake.large");
  }
  const root = new DOMParser().parseFromString(text, "application/xml");
  if (root.querySelector("parsererror")) {
    throw new Error("intake.damaged");
  }
  return root.documentElement;
}

/** Return the bytes of a member, no more than it says. */
async function unpacked(
  bytes: Uint8Array<ArrayBuffer>,
  { method, checksum, packed, size, place }: Member,
) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = place + 30 + view.getUint16(place + 26, true) + view.getUint16(place + 28, true);
  const data = bytes.subarray(start, start + packed);
  if (view.getUint32(place, true) !== LOCAL || data.length < packed || ![0, 8].includes(method)) {
    throw new RangeError("no member");
  }
  if (method === 0) {
    if (packed !== size) {
      throw new RangeError("another size");
    }
    return data;
  }
  // As gzip, whose checksum the browser tests.
  const end = new DataView(new ArrayBuffer(8));
  end.setUint32(0, checksum, true);
  end.setUint32(4, size, true);
  const gzip = new Blob([Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff), data, end]);
  const reader = gzip.stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  const whole = new Uint8Array(size);
  let length = 0;
  for (let part = await reader.read(); part.value; part = await reader.read()) {
    whole.set(part.value, length); // raises for more than fits
    length += part.value.length;
  }
  return whole.subarray(0, length);
}

// * Elements

/**
 * Return the text in an element that belongs to the paragraph around it; add the paragraphs and
 * rows within it to `lines`.
 * @param until when it is given up, by `performance.now`
 */
function textOf(node: Element, lines: string[], depth: number, until: number): string {
  const name = NAMESPACES.test(node.namespaceURI ?? "") ? node.localName : "";
  if (depth > DEEPEST) {
    throw new Error("intake.damaged");
  }
  if (performance.now() > until) {
    throw new Error("intake.large");
  }
  if (LEFT_OUT.includes(name) || hidden(node, name)) {
    return "";
  }
  const within: string[] = CELLS.includes(name) ? [] : lines;
  let text = ownText(node, name);
  for (const child of childrenOf(node)) {
    text += textOf(child, within, depth + 1, until);
  }
  if (name === "p" || name === "altChunk") {
    lines.push(text.trimEnd());
  } else if (name === "tr") {
    lines.push(within.join("\t").trimEnd());
  } else if (name === "tc") {
    lines.push(
      within
        .join(" ")
        .replace(/[ \t\r\n]+/g, " ")
        .trim(),
    );
  } else {
    return text;
  }
  return "";
}

/** Return whether an element isn't shown, or is a table of contents. */
function hidden(node: Element, name: string) {
  if (name === "r") {
    const vanish = inside(node, ["rPr", "vanish"]);
    return vanish !== undefined && !/^(?:0|false|off)$/.test(attributeOf(vanish, "val"));
  }
  if (name === "p") {
    return /^(?:TOC|Contents) ?[0-9]/.test(attributeOf(inside(node, ["pPr", "pStyle"]), "val"));
  }
  const gallery = inside(node, ["sdtPr", "docPartObj", "docPartGallery"]);
  return name === "sdt" && attributeOf(gallery, "val") === "Table of Contents";
}

/** Return the element at the end of a path of names within `node`, if there is one. */
function inside(node: Element, [name, ...path]: string[]): Element | undefined {
  for (const child of childrenOf(node)) {
    if (child.localName === name) {
      return path.length ? inside(child, path) : child;
    }
  }
}

/** Yield the elements in `node`: a spread of its `children` takes ten times as long. */
function* childrenOf(node: Element) {
  for (let child = node.firstElementChild; child; child = child.nextElementSibling) {
    yield child;
  }
}

/** Return the attribute `name` of an element, in whatever namespace; empty if it has none. */
function attributeOf(node: Element | undefined, name: string) {
  return [...(node?.attributes ?? [])].find(({ localName }) => localName === name)?.value ?? "";
}

/** Return the text that begins an element. */
function ownText(node: Element, name: string) {
  switch (name) {
    case "t":
      return node.textContent ?? "";
    case "br":
      return ["page", "column"].includes(attributeOf(node, "type")) ? "" : "\n";
    case "tab":
      return "\t";
    case "cr":
      return "\n";
    case "noBreakHyphen":
      return "-";
    default:
      return "";
  }
}
