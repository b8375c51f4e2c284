"A conversation with a model of a chat, which writes what its other people say."

(eval-when-compile (require hyrule [meth unless]))
(import
  itertools [chain]
  lstm-textgen.basics.values [text-list]
  lstm-textgen.cli.flags [warn]
  lstm-textgen.writing.seeds [seed-text])

(setv
  CONTEXT 2000  ; characters of the conversation that the model reads before it answers
  MESSAGES 3)   ; of others before your turn


(defclass Turns []
  "A conversation with a chat model: you are one of its people, the model is all others."

  (meth __init__ [@model]
    (setv
      @people model.facts.people
      @you (get @people 0)
      @said ""))

  (meth help []
    "Return the line that says who you are."
    (+ f"You are {@you}; the model is everyone else. To become someone else, begin a line "
      f"with their name, such as {(get @others 0)}:"))

  (meth [property] others []
    "The names of the other people, those who write most first."
    (lfor name @people :if (!= name @you) name))

  (meth answer [line echo options]
    #[[Return #(shown chunks): the text to show first, and an iterator of the answer's text.

    `line` is yours, with or without a name before it, and shown if `echo` is true. The answer ends
    at your turn.]]
    (setv [name colon text] (.partition line ":"))
    (for [each @people :if (and colon (= (.casefold each) (.casefold (.strip name))))]
      (setv [@you line] [each text]))
    (setv
      line f"{@you}: {(.strip line)}\n"
      stop [f"{@you}:" #* (text-list "`stop`" (.get options "stop" []))]
      options (| options {"stop" stop})
      seed (+ @said line)
      chunks (.stream @model seed :warn warn #** options)
      first (next chunks ""))
    (unless (.strip first)  ; the model leaves the turn to you
      (setv
        first f"{(get @others 0)}:"
        chunks (.stream @model (+ seed first) :warn (fn [line]) #** options)))
    #( (if echo (seed-text @model.checkpoint (.prepare @model line)) "")
      (@_remember seed (chain [first] chunks))))

  (meth _remember [seed chunks]
    "Yield `chunks` up to the end of the last of `MESSAGES`; remember them and `seed`."
    (setv [held lines] ["" 0])
    (try
      (for [chunk chunks]
        (setv
          text (+ held chunk)
          shown (.rstrip text "\n")
          held (cut text (len shown) None))
        (+= seed shown)
        (when shown (yield shown))
        (+= lines (.count chunk "\n"))
        (when (>= lines MESSAGES) (break)))
      (finally  ; even if Ctrl-C stops the answer
        (setv
          ;; Without what the model doesn't know, which was named when it was read.
          [ids _] (.encode-seed @model.vocabulary (.prepare @model (+ seed "\n")))
          @said (cut (.decode @model.vocabulary ids) (- CONTEXT) None))))))
