"The models that are served; each is reloaded when its file changes."

(eval-when-compile (require hyrule [meth]))
(import
  collections [Counter]
  contextlib [suppress]
  re
  threading [Lock]
  lstm-textgen.basics.files [file-digest]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.modelfile.places [find-model]
  lstm-textgen.pages.playground [playground]
  lstm-textgen.server.jobs [NAME]
  lstm-textgen.server.loop [Loop]
  lstm-textgen.writing.writer [write-sample])

(setv
  CHAT-SAMPLE 1500  ; units of the model's text that are searched for names
  CHAT-SHARE 0.5  ; of its lines that must begin with a name for it to be a chat model
  SPOKEN-LINE (re.compile rf"({NAME}):(?:\s|$)"))


(defclass Served []
  #[[The model at `path`, served under its `name`; raise as `load-checkpoint` does.

  Its `loop`, `created` (seconds) and `fingerprint` change when the file does. `warn` is called
  with warnings about the file, `notify` is that of a `Loop`.]]

  (meth __init__ [path @warn @notify]
    (setv
      @file (find-model path)
      @name @file.stem
      [@loop @lock] [None (Lock)])
    (@load))

  (meth changed? []
    "Return whether the file has changed since the last attempt to load it."
    (!= (@_stamp) @seen))

  (meth load []
    "Load the model; the previous model's loop ends when its texts are complete."
    (while True  ; until the file stays the same meanwhile
      (setv
        @seen (@_stamp)
        model (load-checkpoint @file :warn @warn)
        digest (file-digest @file))
      (when (= @seen (@_stamp)) (break)))
    (setv old @loop)
    (with [_ @lock]
      (setv
        @loop (Loop model @notify)
        @created (int (. (.stat @file) st-mtime))
        @fingerprint f"fp_{(cut digest 12)}"
        @made {}))  ; of this model
    (when old (.stop old)))

  (meth page []
    "Return the model's playground page; raise `ValueError` if the model is too large for one."
    (@_once "page" (fn [model] (playground {@name model}))))

  (meth names []
    "Return the names in the chat that the model was trained on, the most frequent first."
    (@_once "names" chat-names))

  (meth _once [name make]
    "Return what `make` makes of the model, once for each, kept under `name`."
    (with [_ @lock]
      (when (not-in name @made) (setv (get @made name) (make @loop.model)))
      (get @made name)))

  (meth _stamp []
    "Return a value that changes when the file does; None while the file is missing."
    (with [_ (suppress OSError)]
      (setv stat (.stat @file))
      #(stat.st-mtime-ns stat.st-size stat.st-ino))))


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
