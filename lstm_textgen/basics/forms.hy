#[[Macros of the program itself, for code that occurs in many modules.

They are needed only while a module is compiled, hence
`(eval-when-compile (require lstm-textgen.basics.forms [defrecord]))`.

Less common Hy in this program:

- `(meth f [@x] …)` defines a method: `@x` is `self.x`, set by a parameter `@x`; `@,` is `self`.
- `(hy.I.a/b.C x)` imports `a.b` when it runs, and calls its `C`.
- `(cut x 1 None)` is `x[1:]`, `(ncut x ... (: 1 None))` is `x[..., 1:]`.
- `max-words` and `max_words` are one name, but two strings; keys are written with `_`.]]


(defmacro defrecord [name doc fields #* methods]
  #[form[Define NAME, a frozen dataclass with FIELDS: names, or lists of a name and a default.

      (defrecord Point "A place." [
          #^ int x
          #^ int [y 0]]
        (meth length [] …))

  becomes

      (defclass [(dataclass :frozen True)] Point []
        "A place."
        #^ int x
        (setv #^ int y 0)
        (meth length [] …))]form]
  (defn field [form]
    (setv [_ target type] form)
    (if (isinstance target hy.models.List)
      `(setv (annotate ~(get target 0) ~type) ~(get target 1))
      form))
  `(defclass [(hy.I.dataclasses.dataclass :frozen True)] ~name []
    ~doc
    ~@(map field fields)
    ~@methods))
