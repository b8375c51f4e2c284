#[[Node, for tests of the browser's half that need no browser: it comes with Playwright.

It runs TypeScript as it is, without its types.]]

(eval-when-compile (require hyrule [->]))
(import
  json
  pathlib [Path]
  subprocess
  playwright
  lstm-textgen.pages.assembly [PAGES SHARED])

(setv
  NODE (/ (. (Path playwright.__file__) parent) "driver" "node")
  SOURCE (/ PAGES "source")
  ;; Numbers that JSON lacks are written as Python reads them; typed arrays become lists.
  RUN #[[
    const written = (key, value) =>
      ArrayBuffer.isView(value) ? Array.from(value)
      : typeof value === "number" && !Number.isFinite(value) ? `@${value}@` : value;
    globalThis.unpacked = { constants: (globalThis.constants = CONSTANTS) }; // as by loader.ts
    for (const module of MODULES) Object.assign(globalThis, await import(module));
    const answer = (await (CODE)(ARGUMENT)) ?? null;
    const text = JSON.stringify(answer, written).replace(/"@(-?\w+)@"/g, "$1");
    process.stdout.write(text, () => process.exit());]])  ; also if workers wait


(defn in-node [modules code argument]
  #[[Return what the `code` of a function in JavaScript makes of `argument`.

  It knows what the `modules` of source/ export, and the `constants` of the program.]]
  (setv
    addresses (lfor name modules (.as-uri (/ SOURCE f"{name}.ts")))
    script (-> RUN
      (.replace "CONSTANTS" (json.dumps SHARED))
      (.replace "MODULES" (json.dumps addresses))
      (.replace "CODE" code)
      (.replace "ARGUMENT" (json.dumps argument))))
  (json.loads (node script)))


(defn node [script]
  "Return what Node prints when it runs `script`, a module."
  (setv done (subprocess.run [NODE "--input-type=module" "-"] :input script :capture-output True
    :encoding "utf-8" :timeout 300))
  (assert (= done.returncode 0) done.stderr)
  done.stdout)


(defn script-of [modules]
  "Return the `modules` of source/, without types, as one script for a browser."
  (setv files (lfor name modules (str (/ SOURCE f"{name}.ts"))))
  (node f"import {{ readFileSync }} from 'node:fs';
    import {{ stripTypeScriptTypes }} from 'node:module';
    for (const file of {(json.dumps files)})
      console.log(stripTypeScriptTypes(readFileSync(file, 'utf8'))
        .replace(/^import [^;]*;$/gm, '')
        .replace(/^export (?=const|let|function|async|class)/gm, ''));"))
