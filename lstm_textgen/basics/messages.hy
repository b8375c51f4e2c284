#[[Messages for people, which know the settings that they are about.

A message is made of words: text and, for a setting, its name as a symbol. Whoever shows it spells
that name: in backticks as Python's keyword, as a flag, or as the keyword of a recipe.]]

(eval-when-compile (require hyrule [meth]))
(import
  hy.models [Symbol]
  lstm-textgen.basics.terminal [visible])


(defn refuse [#* words [kind ValueError]]
  #[[Raise an error of this `kind` with the `Message` of `words`.

      (refuse 'minutes f" {n :g} is too short; give at least 1")]]
  (raise (failure kind #* words)))


(defn failure [kind #* words]
  "Return an error of this `kind` with the `Message` of `words`."
  (setv error (kind (Message #* words)))
  (when (isinstance error OSError) (setv error.strerror (str error)))
  error)


(defclass Message [str]
  #[[Text that names settings as Python does, and can name them otherwise.

      (Message 'batch-size " is " 5)  ; => "`batch_size` is 5"

  `words` are strings, symbols, and what has words: messages, exceptions with one, and lists.
  Control characters, as of a file's name, become visible.]]

  (defn __new__ [cls #* words]
    (setv
      words (words-of (list words))
      message (.__new__ str cls (spelled words (fn [name] f"`{name}`"))))
    (setv message.words words)
    message)

  (meth __add__ [more]
    "Return the message followed by `more` words."
    (Message self more))

  (meth __reduce__ []
    "Return how to unpickle it: from its words."
    #(Message (tuple @words))))


(defn spelled [message spell]
  "Return the text of a `message`, exception or list, with each setting as `(spell name)`."
  (.join "" (gfor
    word (words-of message)
    (if (isinstance word Symbol) (spell (hy.mangle word)) word))))


(defn words-of [message]
  "Return the words of a message, of an exception, or of a list of such, as a flat list."
  (cond
    (isinstance message list) (lfor each message word (words-of each) word)
    (isinstance message Message) message.words
    (and (isinstance message Exception) message.args (isinstance (get message.args 0) Message))
      (words-of (get message.args 0))
    (isinstance message Symbol) [message]
    True [(visible (str message))]))
