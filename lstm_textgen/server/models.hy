"The models that are served, each with the thread in which it generates for all who ask."

(eval-when-compile (require hyrule [meth unless]))
(import
  collections [Counter]
  functools [cache]
  logging
  re
  threading [Condition Lock Thread]
  time
  lstm-textgen.basics.files [file-digest]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.modelfile.places [find-model]
  lstm-textgen.pages.playground [playground]
  lstm-textgen.server.requests [NAME]
  lstm-textgen.writing.scheduler [Scheduler]
  lstm-textgen.writing.writer [write-sample])

(setv
  CHAT-SAMPLE 1500  ; units of the model's text that are searched for names
  CHAT-SHARE 0.5  ; of its lines that must begin with a name for it to be a chat model
  SPOKEN-LINE (re.compile rf"({NAME}):(?:\s|$)")
  MOST-WAITING 1024  ; texts in the queue
  MOST-STEPS 512  ; units of each text in a round; a request or its end ends it earlier
  LONGEST-ROUND 0.02  ; seconds, after which readers get new text
  LOG (logging.getLogger __name__))


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
      @page (once (fn [] (playground {@name @model})))
      @names (once (fn [] (chat-names @model))))))


(defn once [make]
  "Return a function that returns what `make` does, made by the first of all threads that ask."
  (setv [lock made] [(Lock) (cache make)])
  (fn [] (with [_ lock] (made))))


(defn chat-names [model]
  #[[Return the names of the people in the chat that `model` learned, the most frequent first.

  If it was trained on other text, they are the names that begin lines of a text by it; the list
  is empty unless at least half of the lines begin with a name.]]
  (when model.facts.people (return model.facts.people))
  (setv
    lines (lfor line (.split (write-sample model CHAT-SAMPLE 0.7) "\n") :if (.strip line) line)
    found (lfor line lines :setv m (.match SPOKEN-LINE line) :if m (get m 1))
    often (lfor [name n] (.most-common (Counter found)) :if (> n 1) name))
  (if (>= (len found) (* CHAT-SHARE (len lines))) often []))


;; * Generating

(defclass Full [Exception]
  "The queue is full.")


(defclass Loop []
  #[[Generates the texts of groups by one `model`, a `Checkpoint`, until `stop` is called.

  `notify` is called in the loop's `thread` with a list of the groups that have news.]]

  (meth __init__ [model @notify]
    (setv
      @scheduler (Scheduler model)
      @_changed (Condition)
      @_inbox []  ; from other threads: #(method group), a method of the scheduler
      @_ending False
      @thread (Thread :target @_live :name "generate" :daemon True))
    (.start @thread))

  ;; For other threads

  (meth submit [group]
    "Queue a `group`; raise `Full` if there isn't room for all its texts."
    (with [_ @_changed]
      (setv waiting (sum (gfor
        each [#* @scheduler.groups #* (gfor [_ each] @_inbox each)]
        (- each.left (len each.running)))))
      (when (and waiting (> (+ waiting group.left) MOST-WAITING)) (raise (Full)))
      (@_send @scheduler.add group)))

  (meth cancel [group]
    "Generate no more of `group`."
    (with [_ @_changed] (@_send @scheduler.remove group)))

  (meth stop []
    "Let the thread end once it has finished what it has."
    (with [_ @_changed]
      (setv @_ending True)
      (.notify @_changed)))

  (meth _send [method group]
    (.append @_inbox #(method group))
    (.notify @_changed))

  ;; In the loop's thread

  (meth _live []
    "Generate until the loop is to end, whatever goes wrong."
    (while True
      (try
        (unless (@_receive) (break))
        (setv until (+ (time.perf-counter) LONGEST-ROUND))
        (@notify (.step @scheduler MOST-STEPS
          (fn [] (or @_inbox (> (time.perf-counter) until)))))
        (except [Exception]
          (.exception LOG "generating failed")
          (@notify (.fail @scheduler)))))
    (.close @scheduler))

  (meth _receive []
    "Let the scheduler know what has come, or wait for it; return whether to continue."
    (with [_ @_changed]
      (.wait-for @_changed (fn [] (or @_inbox @scheduler.groups @_ending)))
      (setv
        news (list @_inbox)
        @_inbox []))
    (for [[method group] news]
      (try
        (method group)
        (except [Exception]
          (.exception LOG "a request failed")
          (.remove @scheduler group "failed")
          (@notify [group]))))
    (or @scheduler.groups (not @_ending))))
