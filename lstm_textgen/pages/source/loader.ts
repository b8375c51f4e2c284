/**
 * The script that begins a page whose code is compressed: it unpacks that, and runs it. The policy
 * allows both by their hashes. See `assemble` in assembly.hy.
 */

import { fromBase64 } from "./text/binary.ts";

async function load() {
  const [{ textContent: held }] = document.querySelectorAll("#packed");
  const bytes = fromBase64(held ?? "") as BlobPart;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const unpacked = await new Response(stream).json();
  const script = document.createElement("script");
  Object.assign(globalThis, { unpacked });
  document.body.append(Object.assign(script, { type: "module", textContent: unpacked.code }));
}

// What is newest of all that a page needs, from spring 2024: without it, the page says so.
if (CSS.supports("color", "light-dark(red, red)") && "popover" in HTMLElement.prototype) {
  load();
}
