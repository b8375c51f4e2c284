"The models that are served, as they were when the server started."

(eval-when-compile (require hyrule [meth]))
(import
  collections [Counter]
  functools [cache]
  re
  lstm-textgen.basics.files [file-digest]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.modelfile.places [find-model]
  lstm-textgen.pages.playground [playground]
  lstm-textgen.server.loop [Loop]
  lstm-textgen.server.requests [NAME]
  lstm-textgen.writing.writer [write-sample])

(setv
  CHAT-SAMPLE 1500  ; units of the model's text that are searched for names
  CHAT-SHARE 0.5  ; of its lines that must begin with a name for it to be a chat model
  SPOKEN-LINE (re.compile rf"({NAME}):(?:\s|$)"))


(defclass Served []
  #[[The model at `path`, served under its `name`; raise as `load-checkpoint` does.

  `warn` is called with warnings about the file, `notify` is that of its `loop`. `created`
  (seconds) and `fingerprint` tell it from others of that name. `page`, a function, returns its
  playground, or raises `ValueError` if it is too large for one; `names` the `chat-names`.]]

  (meth __init__ [path warn notify]
    (setv
      file (find-model path)
      @name file.stem
      @model (load-checkpoint file :warn warn)
      @created (int (. (.stat file) st-mtime))
      @fingerprint f"fp_{(cut (file-digest file) 12)}"
      @loop (Loop @model notify)
      ;; Made when first asked for.
      @page (cache (fn [] (playground {@name @model})))
      @names (cache (fn [] (chat-names @model))))))


(defn chat-names [model]
  #[[Return the names of the people in the chat that `model` learned, the most frequent first.

  If it was trained on other text, they are the names that begin lines of a text by it; the list
  is empty unless at least half of the lines begin with a name.]]
  (when model.settings.people (return model.settings.people))
  (setv
    lines (lfor line (.split (write-sample model CHAT-SAMPLE 0.7) "\n") :if (.strip line) line)
    found (lfor line lines :setv m (.match SPOKEN-LINE line) :if m (get m 1))
    often (lfor [name n] (.most-common (Counter found)) :if (> n 1) name))
  (if (>= (len found) (* CHAT-SHARE (len lines))) often []))
