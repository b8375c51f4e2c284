"The models that are served; each is reloaded when its file changes."

(import
  collections [Counter]
  hashlib [sha256]
  re
  threading [Lock]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.modelfile.places [find-model]
  lstm-textgen.pages.playground [playground]
  lstm-textgen.server.jobs [NAME]
  lstm-textgen.writing.writer [write-sample])

(setv
  CHAT-SAMPLE 1500  ; units of the model's text that are searched for names
  CHAT-SHARE 0.5  ; of its lines that must begin with a name for it to be a chat model
  LINE (re.compile rf"({NAME}):(?:\s|$)"))


(defclass Served []
  #[[The model at `path`, served under its `name`; raise as `load-checkpoint` does.

  Its `loop`, `created` (seconds) and `fingerprint` change when the file does. `warn` is called
  with warnings about the file; `make-loop` makes a `Loop` from a name and a model.]]

  (defn __init__ [self path warn make-loop]
    (setv
      self.file (find-model path)
      self.name (. self.file stem)
      [self.loop self._warn self._make-loop self._lock] [None warn make-loop (Lock)]
      [self._page self._names] [None None])
    (.load self))

  (defn changed? [self]
    "Return whether the file has changed since the last attempt to load it."
    (!= (._stamp self) self._seen))

  (defn load [self]
    "Load the model; the previous model's loop ends when its texts are complete."
    (while True  ; until the file stays the same meanwhile
      (setv
        self._seen (._stamp self)
        model (load-checkpoint self.file :warn self._warn)
        data (.read-bytes self.file))
      (when (= self._seen (._stamp self)) (break)))
    (setv old self.loop)
    (with [_ self._lock]
      (setv
        self.loop (self._make-loop self.name model)
        self.created (int (. (.stat self.file) st-mtime))
        self.fingerprint (+ "fp_" (cut (.hexdigest (sha256 data)) 12))
        [self._page self._names] [None None]))
    (when old (.stop old)))

  (defn page [self]
    "Return the model's playground page; raise `ValueError` if the model is too large for one."
    (with [_ self._lock]
      (when (is self._page None)
        (setv self._page (playground {self.name self.loop.model} :version self.fingerprint)))
      self._page))

  (defn names [self]
    "Return the names in the chat that the model was trained on, the most frequent first."
    (with [_ self._lock]
      (when (is self._names None)
        (setv self._names (chat-names self.loop.model)))
      self._names))

  (defn _stamp [self]
    "Return a value that changes when the file does; None while the file is missing."
    (try
      (setv stat (.stat self.file))
      #(stat.st-mtime-ns stat.st-size stat.st-ino)
      (except [OSError] None))))


(defn chat-names [model]
  #[[Return the names of the people in the chat that `model` learned, the most frequent first.

  If it was trained on other text, they are the names that begin lines of a text by it; the list
  is empty unless at least half of the lines begin with a name.]]
  (when model.settings.people (return model.settings.people))
  (setv
    lines (lfor line (.split (write-sample model CHAT-SAMPLE 0.7) "\n") :if (.strip line) line)
    found (lfor line lines :setv m (.match LINE line) :if m (get m 1))
    often (lfor [name n] (.most-common (Counter found)) :if (> n 1) name))
  (if (>= (len found) (* CHAT-SHARE (len lines))) often []))
