"A conversation with a model of a chat, which writes what its other people say."

(eval-when-compile (require hyrule [meth unless]))
(import
  itertools [chain]
  lstm-textgen.cli.flags [warn]
  lstm-textgen.settings.models [Request]
  lstm-textgen.text.documents.reading [one-line]
  lstm-textgen.writing.conversation [people-of roles]
  lstm-textgen.writing.ends [Ends]
  lstm-textgen.writing.seeds [seed-text]
  lstm-textgen.writing.writer [stream])

(setv
  CONTEXT 2000  ; characters of the conversation that the model reads before it answers
  MESSAGES 3)   ; of others before your turn


(defclass Turns []
  "A conversation with a chat model: you are one of its people, the model is all others."

  (meth __init__ [@model]
    (setv
      @people (people-of model)
      [@you _] (roles @people)
      @said ""))

  (meth help []
    "Return the line that says who you are."
    (+ f"You are {@you}; the model is everyone else. To become someone else, begin a line "
      f"with their name, such as {(get (roles @people @you) 1)}:"))

  (meth answer [line echo options]
    #[[Return #(shown chunks): the text to show first, and an iterator of the answer's text.

    `line` is yours, with or without a name before it, and shown if `echo` is true; if it is empty
    you say nothing, and another goes on. The answer ends at your turn.]]
    (setv [name colon text] (.partition line ":"))
    (for [each @people :if (and colon (= (.casefold each) (.casefold (.strip name))))]
      (setv [@you line] [each text]))
    (setv
      line (if (.strip line) f"{(one-line @you)}: {(one-line line)}\n" "")
      seed (+ @said line)
      request (Request options)
      ends (Ends request.length request.stop request.sentences [@you]))
    (defn chunks-after [text warn]
      (stream @model.checkpoint (.prepare @model text) request ends warn))
    (setv
      chunks (when line (chunks-after seed warn))
      first (if line (next chunks "") ""))
    (unless (.strip first)  ; the model leaves the turn to you
      (setv
        first f"{(get (roles @people @you) 1)}:"
        chunks (chunks-after (+ seed first) (fn [line]))))
    #( (if echo (seed-text @model.checkpoint (.prepare @model line)) "")
      (@_remember seed (chain [first] chunks))))

  (meth _remember [seed chunks]
    "Yield `chunks` up to the end of the last of `MESSAGES`; remember them and `seed`."
    (setv [held lines] ["" 0])
    (try
      (for [character (chain.from-iterable chunks)]
        (+= held character)
        (if (= character "\n")
          (+= lines 1)
          (do
            (+= seed held)
            (yield held)
            (setv held "")))
        (when (= lines MESSAGES) (break)))
      (finally  ; even if Ctrl-C stops the answer
        (setv
          ;; Without what the model doesn't know, which was named when it was read.
          [ids _] (.encode-seed @model.vocabulary (.prepare @model (+ seed "\n")))
          @said (cut (.decode @model.vocabulary ids) (- CONTEXT) None))))))
