"Runs pyflakes on Hy code, on the syntax tree that Hy makes of it."

(eval-when-compile (require hyrule [unless]))
(import
  ast
  re
  hy.errors [HyError]
  pyflakes.checker [Checker]
  pyflakes.messages [UnusedImport]
  tools.forms [syntax-tree])


(defn flakes [source]
  "Yield #(line message) for each mistake that pyflakes finds in `source`, a `Source`."
  (try
    (setv tree (_with-type-params (syntax-tree source)))
    (except [error [HyError SyntaxError]]
      (yield #((or (getattr error "lineno" None) 1) (.format "{}" error.msg)))
      (return)))
  (for [message (. (Checker tree :filename source.path) messages)]
    (unless (_of-hy? message)
      (yield #(message.lineno (_in-hy (% message.message message.message-args)))))))


(defn _with-type-params [tree]
  "Return `tree` with the fields that Python 3.12 requires and Hy omits."
  (for [node (ast.walk tree)]
    (when (isinstance node #(ast.AsyncFunctionDef ast.ClassDef ast.FunctionDef))
      (setv node.type-params (getattr node "type_params" []))))
  tree)


(defn _of-hy? [message]
  "Return whether `message` is about names that Hy itself puts into the tree."
  (or
    (any (gfor part message.message-args (.startswith (str part) "_hy_")))
    (and (isinstance message UnusedImport) (= (get message.message-args 0) "hy"))))


(defn _in-hy [text]
  "Return `text` with the names in it as Hy writes them."
  (re.sub r"\b(hyx_)?\w+_\w*\b" (fn [found] (hy.unmangle (.group found))) text))
