#[[The parts of the documentation that come from the program itself, as Markdown.

On a page they are between `<!-- generated: NAME -->` and `<!-- end -->`; `GENERATED` maps names to
the functions that make them. A test compares the pages in docs/ with their results.]]

(import
  ast
  dataclasses [fields]
  inspect
  re
  textwrap
  lstm-textgen
  lstm-textgen.basics.values [CONDITIONS FLAG MATCH STOPS TABLE-COLUMNS TEMPERATURE TEXT-LIST]
  lstm-textgen.prep [NAMED-STEPS]
  lstm-textgen.settings.layers [LAYERS]
  lstm-textgen.settings.models [Facts]
  lstm-textgen.settings.parameters [described]
  lstm-textgen.settings.table [ITEMS UNIT settings-in]
  lstm-textgen.textmodel [LENGTH]
  tools.forms [ROOT])

(setv
  WIDTH 84  ; columns of a signature
  ;; Names of which the reference says all, and a class whose methods few readers need.
  DETAILED ["TextModel" "train"]
  OUTLINED "Display"
  ;; Places besides the command line, words of `Setting.places`, and the mark of a flag for them.
  MARKS {"recipe" "°"  "train" "†"  "write" "†"  "generate" "†"}
  GROUPS {
    "text" "The text"
    "network" "The network"
    "sampling" "Sampling the next unit"}
  STUB (/ ROOT "lstm_textgen" "__init__.pyi")
  ;; The types of kinds of values in it that aren't what `Kind.read` returns, and of files.
  TYPES {
    FLAG "bool"  TEMPERATURE "_Temperature"  STOPS "str | Sequence[str]"
    TABLE-COLUMNS "str | Sequence[str]"  CONDITIONS "str | Sequence[str]"
    MATCH "str | re.Pattern[str] | Callable[[str], object]"
    LAYERS "str | int | Sequence[str | int]"
    ITEMS "_Items"  UNIT "_Unit"}
  FILES ["DIR" "FILE" "MODEL"])


(defn generated [text]
  "Return a page's `text` with its generated parts renewed."
  (re.sub
    r"(?s)(<!-- generated: ([\w-]+) -->\n).*?(<!-- end -->)"
    (fn [found]
      (setv [begin name end] (.groups found))
      f"{begin}\n{(.strip ((get GENERATED name)) "\n")}\n\n{end}")
    text))


;; * The command line

(defn settings-lists []
  "Return a list of flags for each group of settings."
  (setv groups {})
  (for [setting (settings-in "cli")]
    (.append (.setdefault groups setting.group []) setting))
  (.join "\n" (gfor
    [group settings] (.items groups)
    (+ f"### {(.get GROUPS group (.capitalize group))}\n"
      (.join "" (map settings-entry settings))))))


(defn settings-entry [setting]
  "Return the entry about a `setting`, and one for its shorthand."
  (setv
    value (if setting.metavar f" {setting.metavar}" "")
    mark (next (gfor [word mark] (.items MARKS) :if (in word (.split setting.places)) mark) "")
    [flag meaning] (or setting.shorthand [None None]))
  (+ f"- `{setting.option}{value}`{mark}: {setting.full-help}\n"
    (if flag f"- `{flag}`: the same as `{setting.option} {meaning}`\n" "")))


;; * The stub

(defn with-settings [stub]
  #[[Return the text of the `stub` with its parameters and attributes that are settings renewed.

  Parameters follow a comment such as `# settings: train`, up to the end of the list of parameters,
  a model's attributes the comment `# settings` or `# facts`, up to an empty line or a method.]]
  (setv stub (re.sub r"(?s)(    # (settings|facts)\n).*?(?=\n    def |\n\n)"
    (fn [found] (+ (get found 1) (.join "\n" (stub-attributes (get found 2)))))
    stub))
  (re.sub
    r"(?ms)^( +)# settings: (\w+)\n.*?^( *\) ->)"
    (fn [found]
      (setv
        [indent place end] (.groups found)
        own (get (.rsplit (cut stub (.start found)) "def " 1) 1)
        parts (gfor
          setting (settings-in place)
          :if (not (re.search rf"\b{setting.name}: " own))
          (+ (.replace (stub-parameter setting) " " "\0") ",")))
      (setv lines (textwrap.wrap (.join " " parts) (- 99 (len indent))))
      (.join "\n" [f"{indent}# settings: {place}"
        #* (gfor line lines (+ indent (.replace line "\0" " ")))
        end]))
    stub))


(defn stub-attributes [what]
  "Return a line for each of the settings or facts, which `what` names, of a model, and its type."
  (setv
    types {
      #** TYPES  LAYERS "Any"  TEMPERATURE "float | list[float]"  TEXT-LIST "list[str]"}
    rows (if (= what "facts")
      (gfor field (fields Facts) [field.name field.type (is field.default None)])
      (gfor s (settings-in "model") [s.name s.kind s.optional])))
  (lfor
    [name kind optional] rows
    f"    {name}: {(.get types kind (. kind read __name__))}{(if optional " | None" "")}"))


(defn stub-parameter [setting]
  "Return the parameter for a `setting` with its type and default; None if a model may have it."
  (setv
    default (if (in "model" (.split setting.places)) None setting.default)
    type (if (in setting.metavar FILES)
      "_Path"
      (.get TYPES setting.kind (. setting.kind read __name__))))
  f"{setting.name}: {type}{(if (is default None) " | None" "")} = {default}")


;; * Steps

(defn steps-table []
  "Return a table of the steps of data preparation."
  (+ "|step|what it does|\n|---|---|\n"
    (.join "" (gfor
      [name step] (.items NAMED-STEPS)
      :setv names (cut (list (. (inspect.signature step.function) parameters)) 1 None)
      :setv form (if step.kinds f"({name} {(.join " " (map str.upper names))})" name)
      f"|`{form}`|{step.result}|\n"))))


;; * Python and Hy

(defn python-reference []
  "Return the reference: each public name with its signature and what it is."
  (setv
    tree (ast.parse (.read-text STUB :encoding "utf-8"))
    nodes (dfor node tree.body :if (hasattr node "name") node.name node))
  (setv [parts items] [[] []])
  (for [name lstm-textgen.__all__  :if (in name nodes)]
    (setv [node object] [(get nodes name) (getattr lstm-textgen name)])
    (if (or (in name DETAILED) (methods-of node object))
      (.append parts (entry node object))
      (.append items (item node object))))
  (.join "\n" [#* parts "### Other names\n" #* items]))


(defn entry [node object]
  "Return the part about the public `object`, whose stub is `node`."
  (setv
    doc (described-by object (in node.name DETAILED))
    methods (methods-of node object))
  (.join "\n" [
    f"### `{node.name}`\n"
    (if (isinstance node ast.ClassDef)
      doc
      f"```py\n{(laid-out f"{node.name}(" (parameters node) ")")}\n```\n\n{doc}")
    ""
    #* (gfor each methods (item each (getattr object each.name)))
    #* (if methods [""] [])]))


(defn item [node object]
  "Return the item about a method, property, function or class `object`, whose stub is `node`."
  (setv
    doc (described-by object (in node.name DETAILED))
    plain? (or (isinstance node ast.ClassDef)
      (any (gfor each node.decorator-list (= (ast.unparse each) "property"))))
    arguments (if plain? "" f"({(.join ", " (parameters node))})"))
  f"- `{node.name}{arguments}`: {(.lstrip (textwrap.indent doc "  "))}")


(defn methods-of [node object]
  "Return the nodes of the methods to list of the public `object`, whose stub is `node`."
  (if (and (isinstance node ast.ClassDef) (!= node.name OUTLINED))
    (public-methods node object)
    []))


(defn described-by [object detailed]
  "Return the documentation of `object`, without errors; if not `detailed`, its first paragraph."
  (setv doc (without-errors (without-settings (or (inspect.getdoc object) ""))))
  (if detailed doc (get (.split doc "\n\n" 1) 0)))


(defn public-methods [node object]
  "Return the nodes in a class's `node` of its documented methods, of an overloaded one the first."
  (setv methods {})
  (for [inner node.body]
    (when (and (isinstance inner ast.FunctionDef) (not (.startswith inner.name "_"))
        (. (getattr object inner.name) __doc__))
      (.setdefault methods inner.name inner)))
  (list (.values methods)))


(defn parameters [node]
  "Return the parameters of the function in `node`, texts; types are left to the stub."
  (setv
    arguments node.args
    defaults (* [None] (- (len arguments.args) (len arguments.defaults)))
    parts (lfor
      [each default] (zip arguments.args [#* defaults #* arguments.defaults])
      :if (not-in each.arg ["self" "cls"])
      (parameter each default)))
  (cond
    arguments.vararg (.append parts (+ "*" arguments.vararg.arg))
    arguments.kwonlyargs (.append parts "*"))
  [#* parts #* (map parameter arguments.kwonlyargs arguments.kw-defaults)])


(defn parameter [each default]
  "Return the parameter `each` with its `default`, if any; ... stands for `LENGTH`."
  (setv shown (when default (if (= (ast.unparse default) "...") LENGTH (ast.unparse default))))
  (+ each.arg (if default f"={shown}" "")))


(defn laid-out [head parts tail]
  "Return `head`, the `parts` of a list and `tail` on one line, or broken after commas."
  (setv line (+ head (.join ", " parts) tail))
  (if (<= (len line) WIDTH)
    line
    (.join "\n" [
      head
      #* (gfor
        part (textwrap.wrap (.join ", " (gfor p parts (.replace p " " "\0"))) (- WIDTH 4))
        (+ "    " (.replace part "\0" " ")))
      tail])))


(defn without-settings [doc]
  "Return `doc` with a link in place of settings that the command line's page describes, too."
  (setv
    words (fn [text] (.join " " (.split text)))
    known (sfor s (settings-in "cli") (words (described "- …" [s.name])))
    rest (re.sub r"(?ms)^- `\w+`.*?\n(?=- |\n)"
      (fn [found] (if (in (words (get found 0)) known) "\0" (get found 0)))
      doc))
  (re.sub "\0+"
    (+ "- Other settings: as [on the command line](command-line.md#every-flag), "
      "with underscores; `--from` is `base`.\n")
    rest))


(defn without-errors [doc]
  "Return `doc` without what it raises, of which the page has a summary."
  (re.sub r"(?s)\n*\s*\bRaises?\s`.*?(?=\n\n|\Z)" "" doc))


(setv GENERATED {
  "settings" settings-lists
  "steps" steps-table
  "python" python-reference})
