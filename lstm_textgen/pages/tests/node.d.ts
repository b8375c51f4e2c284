/** What the tests use of Node: with its own types, `setTimeout` of pages would have another one. */

declare module "node:test" {
  export function test(name: string, body: () => void | Promise<void>): void;
}

declare module "node:assert/strict" {
  export function ok(value: unknown): asserts value;
  export function equal<T>(found: T, expected: T): void;
  export function deepEqual<T>(found: T, expected: T): void;
  export function match(found: string, expected: RegExp): void;
}

declare module "node:child_process" {
  export function execFileSync(file: string, given: string[], how: { encoding: "utf8" }): string;
}

declare module "node:fs" {
  export function readFileSync(file: URL, encoding: "utf8"): string;
}

declare const process: { env: Record<string, string | undefined> };
