#[[Brings the documentation up to date: `python -m hy tools/outputs.hy FOLDER [PAGES]`.

Every command and all code on the PAGES, files such as docs/tutorial.md (default: all), runs in
folders below FOLDER, which takes an hour, and its output is written into the page, abridged where
the page has a line `…`. FOLDER/README keeps README's model for other pages. With FOLDER `-`
nothing is run, and only what comes from the program's tables and from `bench/results/` is renewed,
the figures of bench/README.md and the types of settings in `__init__.pyi` included.]]

(eval-when-compile (require hyrule [unless]))
(import
  pathlib [Path]
  shutil
  sys
  tools.blocks [BEGINS-WITH-MODEL Reader abridged blocks-in page-paths same? steps-of]
  tools.forms [ROOT]
  tools.reference [STUB generated with-settings]
  tools.results [filled])

(setv BENCH (/ ROOT "bench" "README.md"))  ; has figures only


(defn main [folder #* pages]
  "Write the real outputs into the `pages`, run in folders below `folder`."
  (setv sys.executable hy.sys-executable)  ; within `python -m hy` it is Hy's own program
  (.write-text STUB (with-settings (.read-text STUB :encoding "utf-8")) :encoding "utf-8")
  (for [path (if pages (map Path pages) [#* (page-paths) BENCH])]
    (setv text (filled (generated (.read-text path :encoding "utf-8"))))
    (unless (or (= folder "-") (= path BENCH))
      (setv text (with-outputs text (/ (.absolute (Path folder)) path.stem))))
    (.write-text path text :encoding "utf-8")))


(defn with-outputs [text folder]
  "Return a page's `text` with the outputs of following it in the `folder`."
  (shutil.rmtree folder :ignore-errors True)
  (.mkdir folder :parents True)
  (when (in BEGINS-WITH-MODEL text)
    (shutil.copy (/ folder.parent "README" "model.h5") folder))
  (setv
    lines (.split text "\n")
    done [])
  (with [reader (Reader folder)]
    (for [step (steps-of (blocks-in text))]
      (print f"{folder.name}: {step.typed}" :flush True)
      (setv printed (.follow reader step))
      (unless (or (is step.shown None) (and (= step.kind "expansion") (same? step printed)))
        (.append done #(step (abridged printed step.shown))))))
  (for [[step shown] (sorted done :key (fn [pair] (- (. (get pair 0) start))))]
    (setv (cut lines step.start step.end) (.splitlines shown)))
  (.join "\n" lines))


(when (= __name__ "__main__")
  (main #* (cut sys.argv 1 None)))
