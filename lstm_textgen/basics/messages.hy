#[[Messages for people, which know the settings that they are about.

A message is made of words: text and, for a setting, its name as a symbol. Whoever shows it spells
that name: in backticks as Python's keyword, as a flag, or as the keyword of a recipe.]]

(import
  hy.models [Symbol])

(setv PYTHON {"import" "TextModel.from_keras"})  ; settings that have another name in Python


(defn refuse [#* words [error ValueError]]
  #[[Raise an `error` (a class) with the `Message` of `words`.

      (refuse 'minutes f" {n :g} is too short; give at least 1")]]
  (setv raised (error (Message #* words)))
  (when (isinstance raised OSError) (setv raised.strerror (str raised)))
  (raise raised))


(defclass Message [str]
  #[[Text that names settings as Python does, and can name them otherwise.

      (Message 'batch-size " is " 5)  ; => "`batch_size` is 5"

  `words` are strings, symbols, and messages or exceptions, whose words become the message's.]]

  (defn __new__ [cls #* words]
    (setv
      words (lfor each words word (words-of each) word)
      message (.__new__ str cls (spelled words (fn [name] f"`{(.get PYTHON name name)}`"))))
    (setv message.words words)
    message)

  (defn __reduce__ [self]
    "Return how to unpickle it: from its words."
    #(Message (tuple self.words))))


(defn spelled [message spell]
  "Return the text of `message` (words as above) with each setting as `(spell name)`."
  (.join "" (gfor
    word (words-of message)
    (if (isinstance word Symbol) (spell (hy.mangle word)) word))))


(defn words-of [message]
  "Return the words of a message, of an exception, or of a list of words."
  (cond
    (isinstance message list) message
    (isinstance message Message) message.words
    (and (isinstance message Exception) message.args (isinstance (get message.args 0) Message))
      (words-of (get message.args 0))
    (isinstance message Symbol) [message]
    True [(str message)]))
