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
  types [ModuleType]
  hy.models [Expression Keyword List])

(setv
  WIDTH 80  ; columns of an expansion
  ;; Forms that are broken after this number of parts, the rest below.
  HEADS {"defn" 3  "do" 1  "setv" 1}
  VALUE r" *; => (.*)")


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


;; * Expansions

(defn expansion [code module]
  "Return the expansion of the macro form in `code`, laid out, with short generated names."
  (setv names {})
  (defn short [found]
    (setv [whole name] [(.group found) (.group found 1)])
    (.setdefault names whole (if (in name (.values names)) f"{name}-{(+ 1 (len names))}" name)))
  (setv text (re.sub r"_hy_gensym_([\w-]+?)_\d+" short
    (spelt (hy.macroexpand (hy.read code) module))))
  (pretty (hy.read text) 0))


(defn pretty [form indent]
  "Return the text of `form`, which begins in the column `indent`, in lines of WIDTH."
  (setv line (spelt form))
  (when (or (<= (+ indent (len line)) WIDTH) (not (isinstance form #(Expression List))))
    (return line))
  (setv
    [open close] (if (isinstance form List) "[]" "()")
    n (.get HEADS (str (get form 0)) 1)
    parts (lfor part (cut form n None) :if (!= part '(setv)) part)
    below (+ indent 2)
    rest (gfor
      group (grouped parts (= (get form 0) 'setv))
      (+ "\n" (* " " below) (side-by-side group below))))
  (+ open (.join " " (map spelt (cut form n))) (.join "" rest) close))


(defn grouped [parts pairs]
  "Return `parts` in lists, one for each line: a keyword and its value, or with `pairs` any two."
  (setv groups [[]])
  (for [part parts]
    (setv begun (get groups -1))
    (when (or (= (len begun) 2) (and begun (not pairs) (not (isinstance (get begun 0) Keyword))))
      (.append groups []))
    (.append (get groups -1) part))
  groups)


(defn side-by-side [group indent]
  "Return the text of the forms in `group` on one line, the last one broken if it is long."
  (setv before (.join "" (gfor part (cut group -1) (+ (spelt part) " "))))
  (+ before (pretty (get group -1) (+ indent (len before)))))


(defn spelt [form]
  "Return `form` on one line, without a `(setv)` of nothing."
  (.replace (.removeprefix (hy.repr form) "'") "(setv) " ""))


(when (= __name__ "__main__")
  (main))
