/** Helpers that all pages share: finding and making elements, announcing text. */

import type { Constants } from "../types.ts";

/** Return the element `id` of the page. */
export function element(id: string) {
  return document.getElementById(id) as HTMLElement;
}

/** Return the input `id` of the page. */
export function field(id: string) {
  return document.getElementById(id) as HTMLInputElement;
}

/** Return the text of the element `id`, which holds data. */
export function block(id: string) {
  return element(id).textContent ?? "";
}

/** What loader.ts has unpacked. */
const UNPACKED = (globalThis as { unpacked?: Record<string, unknown> }).unpacked ?? {};

/** Return the data that a page holds by this name, compressed or in an element. */
export function dataOf<T>(name: string) {
  return (UNPACKED[name] ?? JSON.parse(block(name))) as T;
}

export const CONSTANTS: Constants = dataOf("constants");

/** Return what the address says of `name`, as in page.html#language=de, or null. */
export function fromAddress(name: string) {
  return new URLSearchParams(location.hash.slice(1)).get(name);
}

/** Let the address say this of `name`: a reload, or a copy of it, opens the page so. */
export function toAddress(name: string, value: string) {
  const others = location.hash.slice(1).match(/[^&=]+=[^&]*/g) ?? [];
  const kept = others.filter((each) => !each.startsWith(`${name}=`));
  history.replaceState(history.state, "", `#${[...kept, `${name}=${value}`].join("&")}`);
}

/**
 * Let the browser save a file.
 * @param name without what names of files may not have
 */
export function saveFile(name: string, content: Blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name.replace(/[\\/:*?"<>|\p{Cc}]/gu, "-");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000); // the browser reads it later
}

/** Copy the text of `area` or, where the browser forbids it, select it; return whether it could. */
export async function copyFrom(area: HTMLInputElement) {
  try {
    await navigator.clipboard.writeText(area.value);
    return true;
  } catch {
    area.hidden = false;
    area.focus();
    area.select();
    return false;
  }
}

/** Make an element with a class and content. */
export function make(tag: string, name: string, ...content: (Node | string)[]) {
  const made = document.createElement(tag);
  made.className = name;
  made.append(...content);
  return made;
}

/**
 * Make a row of a list: a unit, a bar for a `part` of 1, and its figure.
 * @param name of its class
 */
export function makeRow(tag: string, name: string, unit: string, part: number, figure: string) {
  const bar = make("span", "bar");
  bar.style.setProperty("--part", `${100 * part}%`);
  const about = Object.assign(make("span", "unit", unit), { dir: "auto" });
  return make(tag, name, about, bar, make("span", "odds", figure));
}

/**
 * Make the element of a text that the arrow keys navigate.
 * @param name its name for screen readers
 */
export function makeText(name: string, code?: boolean) {
  return Object.assign(make("div", code ? "text code" : "text"), {
    role: "textbox",
    ariaReadOnly: "true",
    ariaMultiLine: "true",
    ariaLabel: name,
    lang: "",
    dir: "auto",
    tabIndex: 0,
  });
}

/** Let a button make all type larger; the browser remembers that. */
export function offerLargeType() {
  const large = element("large");
  try {
    large.ariaPressed = localStorage.getItem("large") ?? "false";
  } catch {
    // the browser stores nothing for this page
  }
  large.addEventListener("click", () => {
    large.ariaPressed = String(large.ariaPressed === "false");
    dispatchEvent(new Event("resize")); // the seed's field is as high as its text
    try {
      localStorage.setItem("large", large.ariaPressed);
    } catch {
      // as above
    }
  });
}

/** Have screen readers announce `text` once. */
export function say(text: string) {
  element("spoken").textContent = text;
}
