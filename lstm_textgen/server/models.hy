"The models that are served: each is loaded again when its file changes."

(import
  collections [Counter]
  hashlib [sha256]
  re
  threading [Lock]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.modelfile.places [find-model]
  lstm-textgen.pages.playground [playground]
  lstm-textgen.writing.writer [write-sample])

(setv
  CHAT-SAMPLE 1500  ; units of a text by the model in which names are looked for
  CHAT-SHARE 0.5  ; of its lines that begin with a name, from which the model is one of a chat
  LINE (re.compile r"([^\W\d_][^\n:]{0,39}):(?:\s|$)"))


(defclass Served []
  #[[The model in the file that `path` means, under its `name`; raise as `load-checkpoint` does.

  Its `loop`, `created` (seconds) and `fingerprint` change when the file does. `warn`
  gets what there is to say of the file; `make-loop` makes a `Loop` of a name and a model.]]

  (defn __init__ [self path warn make-loop]
    (setv
      self.file (find-model path)
      self.name (. self.file stem)
      [self.loop self._warn self._make-loop self._lock] [None warn make-loop (Lock)]
      [self._page self._names] [None None])
    (.load self))

  (defn changed? [self]
    "Return whether the file is another one than was loaded last, or tried to be."
    (!= (._stamp self) self._seen))

  (defn load [self]
    "Load the model; the loop of the model before it ends when its texts are written."
    (setv self._seen (._stamp self))
    (setv
      model (load-checkpoint self.file :warn self._warn)
      data (.read-bytes self.file)
      old self.loop)
    (with [_ self._lock]
      (setv
        self.loop (self._make-loop self.name model)
        self.created (int (. (.stat self.file) st-mtime))
        self.fingerprint (+ "fp_" (cut (.hexdigest (sha256 data)) 12))
        [self._page self._names] [None None]))
    (when old (.stop old)))

  (defn page [self]
    "Return the page to play with the model; raise `ValueError` if it is too large for one."
    (with [_ self._lock]
      (when (is self._page None)
        (setv self._page (playground {self.name self.loop.model})))
      self._page))

  (defn names [self]
    "Return the names in the chat that the model was trained on, the most frequent first."
    (with [_ self._lock]
      (when (is self._names None)
        (setv self._names (chat-names self.loop.model)))
      self._names))

  (defn _stamp [self]
    "Return what changes when the file does; None while there is none."
    (try
      (setv stat (.stat self.file))
      #(stat.st-mtime-ns stat.st-size stat.st-ino)
      (except [OSError] None))))


(defn chat-names [model]
  #[[Return the names with which lines that `model` writes begin, the most frequent first.

  There are none unless half of the lines begin with a name.]]
  (setv
    lines (lfor line (.split (write-sample model CHAT-SAMPLE 0.7) "\n") :if (.strip line) line)
    found (lfor line lines :setv m (.match LINE line) :if m (get m 1))
    often (lfor [name n] (.most-common (Counter found)) :if (> n 1) name))
  (if (>= (len found) (* CHAT-SHARE (len lines))) often []))
