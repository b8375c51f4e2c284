/**
 * The script that begins a page whose code is compressed: it unpacks that, and runs it. The policy
 * allows both by their hashes. See `assemble` in assembly.hy.
 */

import { fromBase64 } from "./binary.js";

const [{ textContent: held }] = document.querySelectorAll("#packed");
const bytes = /** @type {BlobPart} */ (fromBase64(held ?? ""));
const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
const unpacked = await new Response(stream).json();
const { shared, code } = unpacked;
const script = document.createElement("script");
Object.assign(globalThis, { unpacked });
document.body.append(Object.assign(script, { type: "module", textContent: shared + code }));
