#[[Runs blocks of code for tools/blocks.hy, one after another, as a reader would type them.

Each line on standard input is a JSON list: a language, `python`, `hy` or `expansion`, and code.
The answer is also a line: the code's output, and the error or null. Definitions persist,
separately for each language. In Hy, a comment such as `; => 4` after a form is compared with its
value; an `expansion` prints the expansion of the form's macro.]]

(import
  contextlib [redirect-stdout]
  io [StringIO]
  json
  re
  sys
  traceback
  types [ModuleType])

(setv VALUE r" *; => (.*)")


(defn main []
  "Run the blocks on standard input."
  (setv modules (dfor name ["python" "hy"] name (ModuleType name)))
  (for [line sys.stdin]
    (setv
      [language code] (json.loads line)
      out (StringIO)
      wrong None)
    (with [_ (redirect-stdout out)]
      (try
        (run language code modules)
        (except [Exception]
          (setv wrong (traceback.format-exc)))))
    (print (json.dumps [(.getvalue out) wrong]) :flush True)))


(defn run [language code modules]
  "Run `code` of a `language` in the module for it among `modules`."
  (match language
    "python" (exec (compile code "<page>" "exec") (. (get modules "python") __dict__))
    "hy" (run-hy code (get modules "hy"))
    "expansion" (do
      (print (expansion code (get modules "hy")))
      (run-hy code (get modules "hy")))))


(defn run-hy [code module]
  "Evaluate each form of `code` in `module`; raise `AssertionError` if one differs from `; =>`."
  (setv lines (.splitlines code))
  (for [form (hy.read-many code)]
    (setv
      value (hy.eval form :module module)
      said (re.match VALUE (cut (get lines (- form.end-line 1)) form.end-column None)))
    (when said
      (assert (= (hy.repr value) (.group said 1)) f"it is {(hy.repr value)}"))))


(defn expansion [code module]
  "Return the expansion of the macro form in `code`, on one line, with short generated names."
  (setv names {})
  (defn short [found]
    (setv [whole name] [(.group found) (.group found 1)])
    (.setdefault names whole (if (in name (.values names)) f"{name}-{(+ 1 (len names))}" name)))
  (.replace  ; without a `(setv)` of nothing
    (re.sub r"_hy_gensym_([\w-]+?)_\d+" short
      (.removeprefix (hy.repr (hy.macroexpand (hy.read code) module)) "'"))
    "(setv) " ""))


(when (= __name__ "__main__")
  (main))
